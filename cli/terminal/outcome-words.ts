import type { Outcome, OutcomeKind } from '../../lambdas/domain/contract/outcome.ts';
import { visible } from '../words.ts';

/** Outcomes that did not give the producer what was asked for. */
export const unwelcome: ReadonlySet<OutcomeKind> = new Set(['rejected', 'conflict', 'stale', 'qr-failed']);

/** An outcome for people: what it brought, or every fault with its path and rule, each on a line of its own. */
export function outcomeWords(outcome: Outcome, where: string): string[] {
  const { source, requestId, link, qr, reason, faults = [] } = outcome;
  const who = [source, requestId].filter((text) => text !== null).join(' ');
  const what = [
    outcome.outcome,
    ...(outcome.repeat ? ['(answered before)'] : []),
    ...(qr === undefined ? [] : [`s3://${qr.bucket}/${qr.key}`]),
    ...(qr === undefined && link !== undefined ? [link.shortUrl ?? `${link.onelinkId}/${link.shortlinkId}`] : []),
    ...(qr === undefined && link?.expiresAt !== undefined ? [`until ${link.expiresAt}`] : []),
    ...(reason === undefined ? [] : [reason]),
  ].join('  ');
  return [
    [where, who, what].filter((text) => text !== '').join('  '),
    ...faults.map(
      ({ path, rule, message }) => `    ${path === '' ? 'the command' : visible(path)}: ${message} [${rule}]`,
    ),
  ];
}

/** `1,710 created, 40 rejected, 29 repeated`: how many of each, the most first. */
export function tallyWords(tally: ReadonlyMap<string, number>): string {
  return [...tally]
    .sort(([, one], [, other]) => other - one)
    .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
    .join(', ');
}
