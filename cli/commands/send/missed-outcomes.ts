import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { LinkRecord, RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { MessageSketch } from '../../files/message.ts';
import type { Awaited } from '../../pipeline/awaited-outcomes.ts';

/** What the ledger knows. */
export interface MissedPorts {
  requests(asked: { source: string; requestId: string }[]): Promise<Map<string, RequestRecord>>;
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
}

export interface Missed {
  /** Answers to these very messages, in the words in which they were told. */
  answers: Outcome[];
  /** Messages whose QR code is stored. */
  codes: string[];
}

/** Of what cannot be a request there is no record, and DynamoDB may refuse its key. */
const sound = (text: string | undefined): text is string => text !== undefined && /^[\x21-\x7e]{1,128}$/.test(text);

/** Whether the ledger can have a record of a message's request at all. What cannot be one is rejected, and only told. */
export const canBeLookedUp = ({ source, requestId }: Pick<MessageSketch, 'source' | 'requestId'>): boolean =>
  sound(source) && sound(requestId);

/** BatchGetItem takes as many keys. */
const requestsAtOnce = 100;

/**
 * Looks up in the ledger what was not heard of: the answers, and the codes that creates asked for with their link. What was
 * rejected as invalid is not in the ledger. A request that was answered through another message is not known to be
 * answered through this one.
 */
export async function missedOutcomes(open: readonly Awaited<MessageSketch>[], ledger: MissedPorts): Promise<Missed> {
  const missed: Missed = { answers: [], codes: [] };
  for (let at = 0; at < open.length; at += requestsAtOnce) {
    const portion = open.slice(at, at + requestsAtOnce);
    const asked = new Map(
      portion.flatMap(({ message: { source, requestId }, answer }) =>
        answer !== undefined || !sound(source) || !sound(requestId)
          ? []
          : [[`${source}/${requestId}`, { source, requestId }] as const],
      ),
    );
    const records = asked.size === 0 ? new Map<string, RequestRecord>() : await ledger.requests([...asked.values()]);
    for (const one of portion) {
      const { source, requestId } = one.message;
      const told = records.get(`${source}/${requestId}`)?.outcome;
      const answer = one.answer ?? (told?.messageId === one.messageId ? told : undefined);
      if (answer === undefined) continue;
      if (one.answer === undefined) missed.answers.push(answer);
      if (one.message.asksForQr && answer.outcome === 'created' && (await hasCode(answer, ledger))) {
        missed.codes.push(one.messageId);
      }
    }
  }
  return missed;
}

async function hasCode({ link }: Outcome, ledger: MissedPorts): Promise<boolean> {
  if (link === undefined) return false;
  const record = await ledger.link({ onelinkId: link.onelinkId, shortlinkId: link.shortlinkId });
  return record?.qrKey !== undefined;
}
