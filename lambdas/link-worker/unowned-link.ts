import type { AdoptCommand, MigrateCommand } from '../domain/contract/command.ts';
import type { Decision } from '../domain/contract/outcome.ts';
import { subjectErased } from '../domain/link/erasure.ts';
import { isLater, type LinkRecord } from '../domain/link/ledger-record.ts';
import { hasDerivedForm, type LinkAddress } from '../domain/link/link-id.ts';
import { type FoundAtApi, foundAtApi, hasBeenLink, isClaimedByAnother } from '../domain/link/link-state.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { secondsNow } from '../domain/work/clock.ts';
import {
  deliveriesToWaitForCreate,
  deliveriesToWaitForRestore,
  deliveriesToWaitForStream,
} from '../domain/work/return-delay.ts';
import { type Answer, returnCauseOf } from './answer.ts';
import type { Attempt } from './attempt.ts';
import { claimedBy } from './link-of-command.ts';
import { warnOfPolicy } from './policy-warning.ts';

/** A command that makes an existing link its source's. */
export type Takeover = AdoptCommand | MigrateCommand;

/** Why a link cannot be taken over. */
type Refusal = 'not-owner' | 'made-elsewhere' | 'link-not-found' | 'link-expired' | 'against-policy';

export const addressOf = ({ onelinkId, shortlinkId }: Takeover): LinkAddress => ({ onelinkId, shortlinkId });

/**
 * What the ledger shows before any call to the API:
 *
 * - `free`   nobody owns the link, or what the record names has ended before this command was requested
 * - `owned`  the command's source owns it
 * - an answer: it is another source's, even if it has ended, or a later delete or an erasure decides
 */
export function ownership(
  record: LinkRecord | undefined,
  command: Takeover,
): { state: 'free' } | { state: 'owned'; record: LinkRecord } | { state: 'decided'; answer: Decision } {
  if (record === undefined) return { state: 'free' };
  if (record.source !== command.source) {
    return hasBeenLink(record) ? { state: 'decided', answer: refused('not-owner', command) } : { state: 'free' };
  }
  if (record.erased) return { state: 'decided', answer: subjectErased };
  if (record.state === 'live') return { state: 'owned', record };
  if (!isLater(record.applied, command)) return { state: 'free' };
  const link = { ...record.address, version: record.version };
  return { state: 'decided', answer: { outcome: 'superseded', reason: 'later-change-applied', link } };
}

/**
 * The first look at a link that nobody owns in the ledger. The GET costs no quota. The record of another source's link may be
 * on its way to the ledger, so the look comes only at a later delivery:
 *
 * - an ID of the form that the pipeline derives: its create may record it soon
 * - any other ID: the TTL may have removed its record a moment ago, and the expiry intake restores it
 *
 * @param before the address's record, whose link has ended
 * @returns the link, or the answer if it cannot be taken over
 */
export async function lookAtUnowned(
  attempt: Attempt<Takeover>,
  before: LinkRecord | undefined,
): Promise<{ link: LinkAtApi } | { refusedBy: 'api' } | { answer: Answer }> {
  const { command, receiveCount, ports } = attempt;
  const address = addressOf(command);
  if (isEarly(attempt)) return { answer: 'look-again' };
  const claim = await ports.ledger.claimOf(address);
  if (isClaimedByAnother(claim, command)) {
    return { answer: receiveCount < deliveriesToWaitForCreate ? 'look-again' : refused('not-owner', command) };
  }
  // The record of the link that the claim made is there, and that link has ended.
  const claimed = claim && (await claimedBy(command.source, address, ports.ledger));
  const mayReturn = claimed !== undefined && !(claimed === 'made' && before !== undefined);
  if (mayReturn && receiveCount < deliveriesToWaitForStream) return { answer: 'look-again' };
  const found = foundAtApi(await ports.api.read(address), secondsNow(ports.clock));
  if (found.state === 'made-elsewhere') return { refusedBy: 'api' };
  return 'link' in found && found.state === 'alive' ? { link: found.link } : { answer: answerTo(found, command) };
}

/** The answer to a command whose link is not live, or of which nothing is known. */
export function answerTo(found: Exclude<FoundAtApi, { state: 'alive' }>, command: Takeover): Answer {
  switch (found.state) {
    case 'unknown':
      return returnCauseOf(found.meaning);
    case 'made-elsewhere':
      return madeElsewhere(command);
    case 'absent':
      return refused('link-not-found', command);
    case 'dead':
      return refused('link-expired', command);
  }
}

/** The answer if the API refuses to show or to change a link. It does not say whether the link is one of version 1.0. */
export function madeElsewhere(command: Takeover): Decision {
  const message =
    'the API does not let this version touch the link: the user interface, a bulk tool, an SDK or another version of the API ' +
    'has made it. Make a new link with create, and replace this one where it is used';
  return { ...refused('made-elsewhere', command), faults: [{ path: 'shortlinkId', rule: 'made-elsewhere', message }] };
}

/** The answer if a policy of the template or the source forbids the link, or undefined. */
export function answerByPolicy(
  { command, ports }: Attempt<Takeover>,
  data: LinkAtApi['data'],
  ttlSeconds: number | undefined,
): Decision | undefined {
  const { source, onelinkId, action } = command;
  const ttl = ttlSeconds === undefined ? {} : { ttl: `${Math.max(1, Math.round(ttlSeconds / 60))}m` };
  const { faults, warnings } = ports.policy(
    { source, onelinkId, action, data, ...ttl },
    ports.clock.wallMilliseconds(),
  );
  if (faults.length > 0) return { ...refused('against-policy', command), faults };
  warnOfPolicy(command, warnings, ports.observer);
  return undefined;
}

/** Whether the ledger may soon have a record that is under way without a claim. */
function isEarly({ command: { shortlinkId }, receiveCount, settings }: Attempt<Takeover>): boolean {
  const mayBeDerived = hasDerivedForm(shortlinkId, settings.LINK_ID_LENGTH);
  return receiveCount < (mayBeDerived ? deliveriesToWaitForCreate : deliveriesToWaitForRestore);
}

function refused(reason: Refusal, command: Takeover): Decision {
  return { outcome: 'rejected', reason, link: addressOf(command) };
}
