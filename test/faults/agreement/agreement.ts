import { linkInItem } from '../../../lambdas/adapters/ledger-item.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { sameData } from '../../../lambdas/domain/link/digest.ts';
import { isLater, type LinkRecord, type RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkView } from '../../../local/onelink-api/inventory.ts';
import type { SentCommand, TestCommand } from '../world/correspondence.ts';

/** Everything there is to see from outside when all has come to rest. */
export interface FinalState {
  requests: ReadonlyMap<string, readonly SentCommand[]>;
  ledger: ReadonlyMap<string, Record<string, unknown>>;
  links: readonly LinkView[];
  images: ReadonlySet<string>;
  /** What was told of links whose time had come. */
  unasked: readonly Outcome[];
  /** Requests whose links the history says have expired, as `source/requestId`. */
  history: ReadonlySet<string>;
}

/** Ledger and API may differ by the seconds that a call took. */
const expiryToleranceSeconds = 6;

/** In words, each thing that ledger, API, bucket and outcomes do not agree on; empty when they all say the same. */
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

/** Requests that were told of a link of which nothing is left, and no end was told. */
export function vanished({ requests, ledger, unasked }: FinalState): string[] {
  const ended = new Set(unasked.filter(isEnd).map(requestOf));
  return [...requests].flatMap(([request, copies]) => {
    const link = copies.flatMap(({ answers }) => answers).find(({ outcome }) => outcome === 'created')?.link;
    const isLeft = link === undefined || ledger.has(`link#${addressOf(link)}`) || ended.has(request);
    return isLeft ? [] : [request];
  });
}

/** A link ends once, is in the history then, and in the ledger no more. */
function ends({ unasked, history }: FinalState, records: Map<string, LinkRecord>): string[] {
  const found: string[] = [];
  for (const [request, told] of Map.groupBy(unasked.filter(isEnd), requestOf)) {
    const times = new Set(told.map(({ outcomeId }) => outcomeId)).size;
    if (times > 1) found.push(`${request}: expired ${times} times`);
    if (!history.has(request)) found.push(`${request}: told as expired, not in the history`);
    const standing = told[0]?.link && records.get(addressOf(told[0].link));
    if (standing !== undefined && requestOf(standing) === request)
      found.push(`${request}: told as expired, in the ledger ${standing.state}`);
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

function ledgerAndApi(state: FinalState, records: Map<string, LinkRecord>): string[] {
  const commands = commandsById(state);
  const held = new Map(state.links.map((link) => [addressOf(link), link]));
  const found: string[] = [];
  for (const [address, link] of held) {
    const record = records.get(address);
    if (record?.state !== 'live') found.push(`${address}: at the API, in the ledger ${record?.state ?? 'unknown'}`);
    else {
      const data = commands.get(record.applied.requestId)?.data;
      if (data === undefined || !sameData(data, link.payload)) {
        found.push(`${address}: the ledger says ${record.applied.requestId}, the API holds other data`);
      }
      const apart = Math.abs(record.expiresAt - Date.parse(link.expiry) / 1000);
      if (apart > expiryToleranceSeconds) found.push(`${address}: the expiries lie ${apart} s apart`);
    }
  }
  for (const [address, { state: recorded }] of records) {
    if (recorded === 'live' && !held.has(address)) found.push(`${address}: in the ledger, not at the API`);
  }
  return found;
}

function bucketAndLedger({ images }: FinalState, records: Map<string, LinkRecord>): string[] {
  const noted = new Set([...records.values()].flatMap(({ state, qrKey }) => (state === 'live' ? (qrKey ?? []) : [])));
  return [
    ...[...images].filter((key) => !noted.has(key)).map((key) => `${key}: in the bucket, with no live link`),
    ...[...noted].filter((key) => !images.has(key)).map((key) => `${key}: in the ledger, not in the bucket`),
  ];
}

/** Each message's rejection is an outcome of its own; whatever else is told of a request, in one or many messages, is one. */
function identityOf({ outcome, outcomeId, reason }: Outcome): string {
  return outcome === 'rejected' ? `rejected ${reason}` : outcomeId;
}

function wordsOf({ outcome, reason, link }: Outcome): string {
  return [outcome, reason, link?.version !== undefined && `version ${link.version}`].filter(Boolean).join(' ');
}

function outcomesAndLedger(state: FinalState, records: Map<string, LinkRecord>): string[] {
  const found: string[] = [];
  const told = new Map<string, Change[]>();
  for (const [request, copies] of state.requests) {
    const answers = copies.flatMap((one) => one.answers);
    const kinds = new Map(answers.map((answer) => [identityOf(answer), wordsOf(answer)]));
    if (kinds.size > 1) found.push(`${request}: told ${[...kinds.values()].join(' and ')}`);
    const recorded = state.ledger.get(`request#${request}`) as RequestRecord | undefined;
    const [answer] = answers;
    const [first] = copies;
    if (answer === undefined || first === undefined) continue;
    if (recorded === undefined || !kinds.has(identityOf(recorded.outcome)))
      found.push(`${request}: the ledger remembers another outcome`);
    if (answer.link === undefined || !['created', 'updated', 'deleted'].includes(answer.outcome)) continue;
    const changes = told.get(addressOf(answer.link)) ?? [];
    told.set(addressOf(answer.link), [...changes, { command: first.command, answer }]);
  }
  for (const [address, changes] of told) {
    const wrong = changesAndRecord(changes, records.get(address), endOf(address, state));
    const story = () => [...changes.map(({ answer }) => answer), ...[endOf(address, state) ?? []].flat()].map(tale);
    if (wrong !== undefined) found.push(`${address}: ${wrong} (${story().join(', ')})`);
  }
  return found;
}

/** A change of a link, and what was told of it. */
interface Change {
  command: TestCommand;
  answer: Outcome;
}

const tale = (answer: Outcome) => `${answer.requestId} ${wordsOf(answer)}`;

function endOf(address: string, { unasked }: FinalState): Outcome | undefined {
  return unasked.findLast((one) => isEnd(one) && one.link !== undefined && addressOf(one.link) === address);
}

/** What the changes of a link and its record do not agree on. */
function changesAndRecord(
  changes: Change[],
  record: LinkRecord | undefined,
  end: Outcome | undefined,
): string | undefined {
  // A delete that came after the end: nothing was left, and the versions of its tombstone begin anew.
  const isBuried = changes.some(({ command: { action, requestId } }) => {
    return action === 'delete' && record?.state === 'deleted' && requestId === record.requestId;
  });
  if (end !== undefined && (record === undefined || isBuried)) {
    const deletes = changes.filter(({ command }) => isBuried && command.action === 'delete');
    const last = lastVersion(changes.filter((change) => !deletes.includes(change)));
    if (end.link?.version !== last) return `told version ${last}, expired ${end.link?.version}`;
    const lastDelete = lastVersion(deletes);
    return record === undefined || record.version === lastDelete
      ? undefined
      : `told version ${lastDelete}, recorded ${record.version}`;
  }
  const last = lastVersion(changes);
  if (record?.version !== last) return `told version ${last}, recorded ${record?.version}`;
  // A delete of what is deleted already changes nothing.
  const changing = changes.filter(({ command }) => command.action !== 'delete' || record?.state === 'live');
  const later = changing.find(({ command }) => record !== undefined && isLater(command, record.applied));
  return later && `${later.command.requestId} was told, and is not what was applied last`;
}

function lastVersion(changes: Change[]): number {
  return Math.max(0, ...changes.map(({ answer }) => answer.link?.version ?? 0));
}
