import type { AdoptCommand } from '../domain/contract/command.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { foundAtApi, isMadeBy, isOver, linkOf } from '../domain/link/link-state.ts';
import { isoSeconds, secondsNow } from '../domain/work/clock.ts';
import { type Answer, staleAnswer } from './answer.ts';
import type { Attempt } from './attempt.ts';
import { answerByKeep, takenOver, takeOver } from './taken-over-link.ts';
import { addressOf, answerByPolicy, answerTo, lookAtUnowned, madeElsewhere, ownership } from './unowned-link.ts';

/**
 * Makes an existing link its source's. It costs no call of the quota, and changes nothing at the API:
 *
 *     link record ─none─▶ GET ─live─▶ policies ─▶ link record ─▶ adopted
 *         │                └─ not live, or not to be read: rejected
 *         ├─ its source's: adopted, `already-owned`
 *         └─ another source's: rejected
 */
export async function adoptLink(attempt: Attempt<AdoptCommand>): Promise<Answer> {
  const { command, mayWrite, ports } = attempt;
  const before = await ports.ledger.link(addressOf(command));
  const owned = ownership(before, command);
  if (owned.state === 'decided') return owned.answer;
  if (owned.state === 'owned') {
    return isMadeBy(owned.record, command) ? adopted(owned.record) : answerToOwned(attempt, owned.record);
  }
  if (!mayWrite) return staleAnswer;
  const look = await lookAtUnowned(attempt, before);
  if ('answer' in look) return look.answer;
  if ('refusedBy' in look) return madeElsewhere(command);
  const record = takenOver(attempt, look.link);
  const decides = look.link.ttlSeconds === undefined && command.ttl !== undefined ? 'ttl' : 'keepUntil';
  const forbidden = answerByPolicy(attempt, look.link.data, record.ttlSeconds) ?? answerByKeep(record, decides);
  if (forbidden !== undefined) return forbidden;
  const written = await takeOver(attempt, record, before);
  return written === 'try-again' ? written : adopted(written);
}

/** The answer if an earlier command of the source has made or adopted the link. Nothing changes. */
async function answerToOwned({ command, ports }: Attempt<AdoptCommand>, record: LinkRecord): Promise<Answer> {
  const nowSeconds = secondsNow(ports.clock);
  const owned = { outcome: 'adopted', reason: 'already-owned', link: linkOf(record) } as const;
  if (!isOver(record, nowSeconds) && record.expiryCheck === undefined) return owned;
  // Clicks may have kept it live after its recorded expiry.
  const found = foundAtApi(await ports.api.read(record.address), nowSeconds);
  if (found.state !== 'alive') return answerTo(found, command);
  const { expiresAt = record.expiresAt } = found.link;
  return { ...owned, link: { ...owned.link, expiresAt: isoSeconds(expiresAt) } };
}

function adopted(record: LinkRecord): Answer {
  return { outcome: 'adopted', link: linkOf(record) };
}
