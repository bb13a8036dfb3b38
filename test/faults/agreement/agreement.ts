import { linkInItem } from '../../../lambdas/adapters/ledger-item.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { sameData } from '../../../lambdas/domain/link/digest.ts';
import { isLater, type LinkRecord, type RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkView } from '../../../local/onelink-api/inventory.ts';
import { dataTakenOver } from '../scenarios/outside-link.ts';
import type { SentCommand, TestCommand } from '../world/correspondence.ts';

/** The state of the pipeline and the API, as seen from outside, when all queues are empty. */
export interface FinalState {
  requests: ReadonlyMap<string, readonly SentCommand[]>;
  ledger: ReadonlyMap<string, Record<string, unknown>>;
  links: readonly LinkView[];
  images: ReadonlySet<string>;
  /** Outcomes of links' ends and renewals, which no command requested. */
  linkOutcomes: readonly Outcome[];
  /** Requests whose links are in the history, as `source/requestId`. */
  history: ReadonlySet<string>;
}

/** Ledger and API may differ by the seconds that a call took. */
const expiryToleranceSeconds = 6;
/**
 * Version 1.0 reports no expiry. After a crash, the next delivery records the latest one that is possible.
 */
const mostLaterSeconds = 120;

/** By how much the ledger's expiry may be later than the API's. Seconds. */
function mostLater(link: LinkView, { source, requestId, ttlSeconds }: LinkRecord, { requests }: FinalState): number {
  if (link.api !== 'v1.0') return expiryToleranceSeconds;
  const [first] = requests.get(`${source}/${requestId}`) ?? [];
  if (first?.command.action !== 'adopt') return mostLaterSeconds;
  // An adopt records the latest expiry that the link can have: a whole TTL from then on.
  const decidedAt = first.answers[0]?.decidedAt ?? link.expiry;
  const latest = Date.parse(decidedAt) / 1000 + ttlSeconds;
  return latest - Date.parse(link.expiry) / 1000 + expiryToleranceSeconds;
}

/** Each contradiction between ledger, API, bucket and outcomes, as text. Empty if there is none. */
export function disagreements(state: FinalState): string[] {
  const records = linkRecords(state.ledger);
  return [
    ...ledgerAndApi(state, records),
    ...bucketAndLedger(state, records),
    ...outcomesAndLedger(state, records),
    ...ends(state, records),
  ];
}

const requestOf = ({ source, requestId }: Pick<Outcome, 'source' | 'requestId'>) => `${source}/${requestId}`;
const isEnd = ({ outcome }: Outcome) => outcome === 'expired';

/** Outcomes by which a link has its owner. */
const isMade: ReadonlySet<string> = new Set(['created', 'adopted', 'migrated']);

/** Requests that ended with a link of their own, whose link is missing in the ledger and has no `expired` outcome. */
export function vanished({ requests, ledger, linkOutcomes }: FinalState): string[] {
  const ended = new Set(linkOutcomes.filter(isEnd).map(requestOf));
  return [...requests].flatMap(([request, copies]) => {
    const link = copies.flatMap(({ answers }) => answers).find(({ outcome }) => isMade.has(outcome))?.link;
    const isLeft = link === undefined || ledger.has(`link#${addressOf(link)}`) || ended.has(request);
    return isLeft ? [] : [request];
  });
}

/** A link that has ended has one end, a line in the history, and no record in the ledger. */
function ends({ linkOutcomes, history }: FinalState, records: Map<string, LinkRecord>): string[] {
  const found: string[] = [];
  for (const [request, outcomes] of Map.groupBy(linkOutcomes.filter(isEnd), requestOf)) {
    const times = new Set(outcomes.map(({ outcomeId }) => outcomeId)).size;
    if (times > 1) found.push(`${request}: expired ${times} times`);
    if (!history.has(request)) found.push(`${request}: expired, but not in the history`);
    const left = outcomes[0]?.link && records.get(addressOf(outcomes[0].link));
    if (left !== undefined && requestOf(left) === request)
      found.push(`${request}: expired, but ${left.state} in the ledger`);
  }
  return found;
}

function linkRecords(ledger: FinalState['ledger']): Map<string, LinkRecord> {
  const links = [...ledger].filter(([key]) => key.startsWith('link#'));
  return new Map(links.map(([key, record]) => [key.slice('link#'.length), linkInItem(record)]));
}

const addressOf = ({ onelinkId, shortlinkId }: { onelinkId: string; shortlinkId: string }) =>
  `${onelinkId}/${shortlinkId}`;

function commandsById({ requests }: FinalState): Map<string, TestCommand> {
  return new Map(
    [...requests.values()].flatMap(([first]) =>
      first === undefined ? [] : [[first.command.requestId, first.command]],
    ),
  );
}

/** The data of a link after a command. Without data, a link that is taken over keeps its own (outside-link.ts). */
function dataAfter(command: TestCommand | undefined): TestCommand['data'] {
  if (command?.action !== 'adopt' && command?.action !== 'migrate') return command?.data;
  const { action, requestId, data = dataTakenOver({ action, requestId }) } = command;
  return data;
}

function ledgerAndApi(state: FinalState, records: Map<string, LinkRecord>): string[] {
  const commands = commandsById(state);
  const held = new Map(state.links.map((link) => [addressOf(link), link]));
  const found: string[] = [];
  for (const [address, link] of held) {
    const record = records.get(address);
    if (record?.state !== 'live') found.push(`${address}: at the API, but ${record?.state ?? 'missing'} in the ledger`);
    else {
      const data = dataAfter(commands.get(record.applied.requestId));
      if (data === undefined || !sameData(data, link.payload)) {
        found.push(`${address}: the ledger shows ${record.applied.requestId}, but the API holds other data`);
      }
      const later = record.expiresAt - Date.parse(link.expiry) / 1000;
      if (later < -expiryToleranceSeconds || later > mostLater(link, record, state))
        found.push(`${address}: the expiries differ by ${later} s`);
    }
  }
  for (const [address, { state: recorded }] of records) {
    if (recorded === 'live' && !held.has(address)) found.push(`${address}: in the ledger, but not at the API`);
  }
  return found;
}

function bucketAndLedger({ images }: FinalState, records: Map<string, LinkRecord>): string[] {
  const recorded = new Set(
    [...records.values()].flatMap(({ state, qrKey }) => (state === 'live' ? (qrKey ?? []) : [])),
  );
  const contradictory = [...records].filter(
    ([, { qrKey, qrFailure }]) => qrKey !== undefined && qrFailure !== undefined,
  );
  return [
    ...contradictory.map(([address]) => `${address}: has an image, and the reason why it has none`),
    ...[...images].filter((key) => !recorded.has(key)).map((key) => `${key}: in the bucket, but without a live link`),
    ...[...recorded].filter((key) => !images.has(key)).map((key) => `${key}: in the ledger, but not in the bucket`),
  ];
}

/** Each message may have its own rejection. Any other outcome of a request is the same for all its messages. */
function identityOf({ outcome, outcomeId, reason }: Outcome): string {
  return outcome === 'rejected' ? `rejected ${reason}` : outcomeId;
}

function wordsOf({ outcome, reason, link }: Outcome): string {
  return [outcome, reason, link?.version !== undefined && `version ${link.version}`].filter(Boolean).join(' ');
}

function outcomesAndLedger(state: FinalState, records: Map<string, LinkRecord>): string[] {
  const found: string[] = [];
  const changesOf = new Map<string, Change[]>();
  for (const [request, copies] of state.requests) {
    const answers = copies.flatMap((one) => one.answers);
    const kinds = new Map(answers.map((answer) => [identityOf(answer), wordsOf(answer)]));
    if (kinds.size > 1) found.push(`${request}: ended as ${[...kinds.values()].join(' and ')}`);
    const recorded = state.ledger.get(`request#${request}`) as RequestRecord | undefined;
    const [answer] = answers;
    const [first] = copies;
    if (answer === undefined || first === undefined) continue;
    if (recorded === undefined || !kinds.has(identityOf(recorded.outcome)))
      found.push(`${request}: the ledger holds another outcome`);
    if (answer.link === undefined || !['created', 'updated', 'deleted', 'adopted', 'migrated'].includes(answer.outcome))
      continue;
    const changes = changesOf.get(addressOf(answer.link)) ?? [];
    changesOf.set(addressOf(answer.link), [...changes, { command: first.command, answer }]);
  }
  for (const [address, changes] of changesOf) {
    const wrong = changesAndRecord(changes, records.get(address), endOf(address, state));
    const sequence = () =>
      [...changes.map(({ answer }) => answer), ...[endOf(address, state) ?? []].flat()].map(lineOf);
    if (wrong !== undefined) found.push(`${address}: ${wrong} (${sequence().join(', ')})`);
  }
  return found;
}

/** A change of a link, and its outcome. */
interface Change {
  command: TestCommand;
  answer: Outcome;
}

const lineOf = (answer: Outcome) => `${answer.requestId} ${wordsOf(answer)}`;

function endOf(address: string, { linkOutcomes }: FinalState): Outcome | undefined {
  return linkOutcomes.findLast((one) => isEnd(one) && one.link !== undefined && addressOf(one.link) === address);
}

/** The contradiction between a link's changes and its record, if there is one. */
function changesAndRecord(
  changes: Change[],
  record: LinkRecord | undefined,
  end: Outcome | undefined,
): string | undefined {
  // A delete after the end found no record, so the versions of its tombstone begin again.
  const hasTombstone = changes.some(({ command: { action, requestId } }) => {
    return action === 'delete' && record?.state === 'deleted' && requestId === record.requestId;
  });
  if (end !== undefined && (record === undefined || hasTombstone)) {
    const deletes = changes.filter(({ command }) => hasTombstone && command.action === 'delete');
    const last = lastVersion(changes.filter((change) => !deletes.includes(change)));
    if (end.link?.version !== last) return `last outcome version ${last}, expired ${end.link?.version}`;
    const lastDelete = lastVersion(deletes);
    return record === undefined || record.version === lastDelete
      ? undefined
      : `last outcome version ${lastDelete}, recorded ${record.version}`;
  }
  const last = lastVersion(changes);
  if (record?.version !== last) return `last outcome version ${last}, recorded ${record?.version}`;
  // A delete of a deleted link changes nothing.
  const changing = changes.filter(({ command }) => command.action !== 'delete' || record?.state === 'live');
  const later = changing.find(({ command }) => record !== undefined && isLater(command, record.applied));
  return later && `${later.command.requestId} has an outcome, but is not the last applied change`;
}

function lastVersion(changes: Change[]): number {
  return Math.max(0, ...changes.map(({ answer }) => answer.link?.version ?? 0));
}
