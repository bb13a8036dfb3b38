import type { Outcome, OutcomeKind } from '../../lambdas/domain/contract/outcome.ts';
import { visible } from '../words/words.ts';

/** Outcomes by which the producer did not get what it asked for. */
export const unwelcome: ReadonlySet<OutcomeKind> = new Set(['rejected', 'conflict', 'stale', 'qr-failed']);

/** An outcome as text: its result, and each fault with its path and rule on its own line. Of `found`, each parameter. */
export function outcomeWords(outcome: Outcome, where: string): string[] {
  const { source, requestId, link, qr, campaign, reason, data = {}, faults = [] } = outcome;
  const who = [source, requestId].filter((text) => text !== null).join(' ');
  const what = [
    outcome.outcome,
    ...(outcome.repeat ? ['(a repeat)'] : []),
    ...(qr === undefined ? [] : [`s3://${qr.bucket}/${qr.key}`]),
    ...(qr === undefined && link !== undefined ? [link.shortUrl ?? `${link.onelinkId}/${link.shortlinkId}`] : []),
    ...(qr === undefined && link?.expiresAt !== undefined ? [`until ${link.expiresAt}`] : []),
    ...(campaign === undefined ? [] : campaignWords(campaign)),
    ...(reason === undefined ? [] : [reason]),
  ].join('  ');
  const subject = campaign === undefined ? 'the command' : 'the file';
  return [
    [where, who, what].filter((text) => text !== '').join('  '),
    ...Object.entries(data).map(([name, value]) => `    ${visible(name)}: ${visible(value)}`),
    ...faults.map(({ path, rule, message }) => `    ${path === '' ? subject : visible(path)}: ${message} [${rule}]`),
  ];
}

/** `spring, drop 2`, `refused`, `12 created, 1 rejected`, `s3://bucket/results/crm/spring.csv` */
function campaignWords({ name, drop, state, counts, results }: NonNullable<Outcome['campaign']>): string[] {
  const shown = new Map(Object.entries(counts).filter(([, count]) => count > 0));
  const place = results.csv ?? results.rejected;
  return [
    `${visible(name)}, drop ${drop}`,
    state,
    tallyWords(shown) || 'no rows',
    ...(place === undefined ? [] : [`s3://${results.bucket}/${visible(place)}`]),
  ];
}

/** `1,710 created, 40 rejected, 29 repeated`: the count of each kind, the largest first. */
export function tallyWords(tally: ReadonlyMap<string, number>): string {
  return [...tally]
    .sort(([, one], [, other]) => other - one)
    .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
    .join(', ');
}
