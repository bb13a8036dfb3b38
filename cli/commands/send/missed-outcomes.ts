import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { LinkRecord, RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { MessageSketch } from '../../files/message.ts';
import type { Awaited } from '../../pipeline/awaited-outcomes.ts';

/** Reads of the ledger. */
export interface MissedPorts {
  requests(asked: { source: string; requestId: string }[]): Promise<Map<string, RequestRecord>>;
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
}

export interface Missed {
  /** Outcomes of these messages, as they were published. */
  answers: Outcome[];
  /** Messages whose QR code is stored. */
  codes: string[];
}

/** An invalid source or requestId has no record, and DynamoDB may refuse it as a key. */
const isValid = (text: string | undefined): text is string => text !== undefined && /^[\x21-\x7e]{1,128}$/.test(text);

/** Whether the ledger can have a record of a message's request. An invalid one is rejected, and has only its outcome. */
export const canBeLookedUp = ({ source, requestId }: Pick<MessageSketch, 'source' | 'requestId'>): boolean =>
  isValid(source) && isValid(requestId);

/** The most keys that BatchGetItem accepts. */
const requestsAtOnce = 100;

/**
 * Reads missed outcomes from the ledger: those of commands, and those of QR codes that creates asked for. The ledger does
 * not record commands that were rejected as invalid. If another message completed the request, the outcome of this message
 * stays unknown.
 */
export async function missedOutcomes(open: readonly Awaited<MessageSketch>[], ledger: MissedPorts): Promise<Missed> {
  const missed: Missed = { answers: [], codes: [] };
  for (let at = 0; at < open.length; at += requestsAtOnce) {
    const portion = open.slice(at, at + requestsAtOnce);
    const asked = new Map(
      portion.flatMap(({ message: { source, requestId }, answer }) =>
        answer !== undefined || !isValid(source) || !isValid(requestId)
          ? []
          : [[`${source}/${requestId}`, { source, requestId }] as const],
      ),
    );
    const records = asked.size === 0 ? new Map<string, RequestRecord>() : await ledger.requests([...asked.values()]);
    for (const one of portion) {
      const { source, requestId } = one.message;
      const recorded = records.get(`${source}/${requestId}`)?.outcome;
      const answer = one.answer ?? (recorded?.messageId === one.messageId ? recorded : undefined);
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
