import type { Outcome, OutcomeKind } from '../../lambdas/domain/contract/outcome.ts';
import { visible } from '../words/words.ts';

/** Outcomes by which the producer did not get what it asked for. */
export const unwelcome: ReadonlySet<OutcomeKind> = new Set(['rejected', 'conflict', 'stale', 'qr-failed']);

/** An outcome as text: its result, and each fault with its path and rule on its own line. */
export function outcomeWords(outcome: Outcome, where: string): string[] {
  const { source, requestId, link, qr, reason, faults = [] } = outcome;
  const who = [source, requestId].filter((text) => text !== null).join(' ');
  const what = [
    outcome.outcome,
    ...(outcome.repeat ? ['(a repeat)'] : []),
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

/** `1,710 created, 40 rejected, 29 repeated`: the count of each kind, the largest first. */
export function tallyWords(tally: ReadonlyMap<string, number>): string {
  return [...tally]
    .sort(([, one], [, other]) => other - one)
    .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
    .join(', ');
}
