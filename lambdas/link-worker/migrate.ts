import type { MigrateCommand, UpdateCommand } from '../domain/contract/command.ts';
import { dataAsText, dataFaults } from '../domain/contract/link-data.ts';
import type { Decision } from '../domain/contract/outcome.ts';
import { decodeReserved, holdsReserved } from '../domain/contract/query-text.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { foundAtApi, isHeld, stateForChange } from '../domain/link/link-state.ts';
import { contractOf } from '../domain/onelink/api-variables.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { type Answer, staleAnswer } from './answer.ts';
import type { Attempt } from './attempt.ts';
import { changeLink } from './change.ts';
import { answerByKeep, disown, isProvisional, takenOver, takeOver, ttlOf } from './taken-over-link.ts';
import { addressOf, answerByPolicy, answerTo, lookAtUnowned, madeElsewhere, ownership } from './unowned-link.ts';

/**
 * Moves a link of version 1.0 to version 2.0, by a PUT with its own data:
 *
 *     link record ─none─▶ GET ─live─▶ policies ─▶ link record ─┐
 *         └─ its source's ─▶ GET ──────────────────────────────┴▶ lease ─▶ PUT ─▶ GET ─▶ link record ─▶ migrated
 *
 * The first link record makes the link its source's, so that no other source changes it at the same time. From there on a
 * migration is a change like any other (change.ts). If the API refuses it, the link belongs to nobody again.
 */
export async function migrateLink(attempt: Attempt<MigrateCommand>): Promise<Answer> {
  const { command, mayWrite, ports } = attempt;
  const before = await ports.ledger.link(addressOf(command));
  const owned = ownership(before, command);
  if (owned.state === 'decided') return owned.answer;
  if (owned.state === 'free') {
    if (!mayWrite) return staleAnswer;
    const data = await recordFirst(attempt, before);
    return 'answer' in data ? data.answer : carryOut(attempt, data.data);
  }
  const { record } = owned;
  // Only recorded, so nothing is under way that must be completed.
  if (!mayWrite && isProvisional(record) && record.lease === undefined) return ending(attempt, staleAnswer);
  // The answer is in the record, or another change holds the link. Neither needs data.
  const isDue = stateForChange(record, asUpdate(command, {})) === 'due';
  if (!isDue || isHeld(record, secondsNow(ports.clock))) return carryOut(attempt, {});
  const data = await dataOfOwned(attempt, record);
  return 'answer' in data ? data.answer : carryOut(attempt, data.data);
}

const asUpdate = (command: MigrateCommand, data: Record<string, string>): UpdateCommand => ({
  ...command,
  action: 'update',
  data,
});

async function carryOut(attempt: Attempt<MigrateCommand>, data: Record<string, string>): Promise<Answer> {
  const update = asUpdate(attempt.command, data);
  const answer = await changeLink({ ...attempt, command: update, migrates: true });
  if (typeof answer === 'string') return answer;
  if (answer.outcome === 'updated') return { ...answer, outcome: 'migrated' };
  const isRefused = answer.faults?.some(({ rule }) => rule.endsWith('-invalid-source')) ?? false;
  return ending(attempt, isRefused ? madeElsewhere(attempt.command) : answer);
}

/** A migration that ends without effect must not leave its source as the owner. */
async function ending(attempt: Attempt<MigrateCommand>, answer: Answer): Promise<Answer> {
  return typeof answer === 'string' ? answer : ((await disown(attempt)) ?? answer);
}

type Data = { data: Record<string, string> } | { answer: Answer };

/** Makes the link its source's. @returns the data to send */
async function recordFirst(attempt: Attempt<MigrateCommand>, before: LinkRecord | undefined): Promise<Data> {
  const { command, settings } = attempt;
  const look = await lookAtUnowned(attempt, before);
  if ('answer' in look) return look;
  // The API may refuse to show a link of version 1.0, and yet move it.
  if ('refusedBy' in look && command.data === undefined) return { answer: madeElsewhere(command) };
  const found = 'link' in look ? look.link : { data: command.data ?? {} };
  const ready = readyData(attempt, found.data);
  if ('answer' in ready) return ready;
  const after = takenOver(attempt, found);
  const ttlSeconds = command.ttl === undefined ? after.ttlSeconds : ttlOf(command, settings.MAX_TTL_DAYS);
  const decides = command.ttl === undefined ? 'keepUntil' : 'ttl';
  const forbidden = answerByPolicy(attempt, ready.data, ttlSeconds) ?? answerByKeep({ ...after, ttlSeconds }, decides);
  if (forbidden !== undefined) return { answer: forbidden };
  // The command's own fields hold after the PUT. If a later change comes before it, the link never had them.
  const { ttl: _, renewTtl: __, keepUntil: ___, brandDomain: ____, ...asItIs } = command;
  const { applied, ...record } = takenOver({ ...attempt, command: asItIs }, found);
  const provisional = { ...record, applied: { ...applied, requestId: '' } };
  const written = await takeOver(attempt, provisional, before);
  return written === 'try-again' ? { answer: written } : ready;
}

/** The data to send for a link of the command's source. */
async function dataOfOwned(attempt: Attempt<MigrateCommand>, record: LinkRecord): Promise<Data> {
  const { command, ports } = attempt;
  if (command.data !== undefined) return { data: command.data };
  const found = foundAtApi(await ports.api.read(record.address), secondsNow(ports.clock));
  if (found.state !== 'alive') return { answer: await ending(attempt, answerTo(found, command)) };
  const ready = readyData(attempt, found.link.data);
  const forbidden = 'data' in ready ? answerByPolicy(attempt, ready.data, undefined) : ready.answer;
  return forbidden === undefined ? ready : { answer: await ending(attempt, forbidden) };
}

/** The command's data, or the link's own in the form of version 2.0. An answer, if version 2.0 would refuse it. */
function readyData({ command, settings }: Attempt<MigrateCommand>, shown: Record<string, unknown>): Data {
  if (command.data !== undefined) return { data: command.data };
  const data = inPlainText(shown);
  const faults = dataFaults(data, contractOf(settings)).map((fault) => ({
    ...fault,
    message: `${fault.message}. The link’s own data breaks this rule: send migrate with data, under another requestId`,
  }));
  if (faults.length === 0) return { data };
  const answer: Decision = { outcome: 'rejected', reason: 'invalid-link-data', faults, link: addressOf(command) };
  return { answer };
}

/**
 * Version 1.0 has its data percent-encoded, and a GET presumably shows it so. Version 2.0 would store the encoding as text. Data
 * with a bare character that version 1.0 would have turned into a blank is in plain text already.
 */
function inPlainText(shown: Record<string, unknown>): Record<string, string> {
  const texts = dataAsText(shown);
  const entries = Object.entries(texts);
  if (entries.flat().some(holdsReserved)) return texts;
  return Object.fromEntries(entries.map(([name, value]) => [decodeReserved(name), decodeReserved(value)]));
}
