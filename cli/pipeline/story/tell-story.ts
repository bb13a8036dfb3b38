import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { leastTtlToKeepSeconds } from '../../../lambdas/domain/contract/command.ts';
import type { OutcomeKind } from '../../../lambdas/domain/contract/outcome.ts';
import type { HistoryLine } from '../../../lambdas/domain/link/history-line.ts';
import type { LinkRecord, RequestRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { deriveLinkId, type LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { dayOf } from '../../../lambdas/domain/work/clock.ts';
import { n } from '../../words/words.ts';
import { deadLetterQueues, nameOf, sizeOf } from '../dead-letters/dead-letter-queues.ts';
import type { ExaminationPorts } from '../dead-letters/examination.ts';
import { listDeadLetters } from '../dead-letters/list.ts';
import type { DeployedPipeline } from '../deployed-pipeline.ts';
import { searchHeld, searchParked, searchQuarantine } from './archive-search.ts';
import { type Days, daysOf, type Ended, searchHistory } from './history-search.ts';
import { type Request, searchLogs } from './log-search.ts';
import {
  type Happening,
  inOrder,
  ofDeadLetter,
  ofEnded,
  ofHeld,
  ofLinkRecord,
  ofParked,
  ofQuarantined,
  ofRequestRecord,
  type Shown,
} from './story.ts';

/** The most dead letters of each queue that a search examines. */
const mostLetters = 1_000;
const dayMilliseconds = 86_400_000;
/** A kept link is checked a week before its expiry (ledger-record.ts), and may have ended at the API by then. */
const mostEarlyMilliseconds = (leastTtlToKeepSeconds / 2) * 1000;

/** How to search for a story. */
export interface StorySearch {
  /** How many days of logs to read. */
  days: number;
  /** The days on which the link may have ended. Without them, a link that the ledger has is not searched for in the history. */
  ended?: Days;
  shown: Shown;
  interrupted: AbortSignal;
  /** Receives what the search reads now. */
  onStep(words: () => string): void;
  /** Receives what the search could not see. */
  onGap(words: string): void;
}

/** A story, and the requests that it is about. */
export interface Story {
  requests: Request[];
  happenings: Happening[];
}

/**
 * The story of a link: of the requests that the ledger has for it, or of those that made and changed it before it ended. Else like
 * {@link tellStory}.
 */
export async function tellStoryOfLink(
  address: LinkAddress,
  search: StorySearch,
  pipeline: DeployedPipeline,
  ports: ExaminationPorts,
): Promise<Story> {
  const record = await ports.ledger.link(address);
  const isEnded = record === undefined || search.ended !== undefined;
  const ends = isEnded ? await endsOf({ address }, [], search, pipeline, ports) : [];
  const requests = ends.length > 0 || record === undefined ? ends.flatMap(requestsOfEnded) : requestsOfLink(record);
  return { requests, happenings: await tellStory(requests, search, pipeline, ports, ends) };
}

/**
 * The story of requests, in order of time, with current states last. If interrupted, it is what was found so far. It hides dead
 * letters from other receivers for a moment.
 *
 * @param ends what the history has of the requests' link, if that is known
 */
export async function tellStory(
  requests: readonly Request[],
  search: StorySearch,
  pipeline: DeployedPipeline,
  ports: ExaminationPorts,
  ends?: readonly HistoryLine[],
): Promise<Happening[]> {
  const happenings: Happening[] = [];
  for (const request of requests) {
    if (!search.interrupted.aborted) happenings.push(...(await storyOf(request, search, pipeline, ports, ends)));
  }
  if (requests.length > 0 && !search.interrupted.aborted) {
    happenings.push(...(await deadOnes(requests, search, pipeline, ports)));
  }
  return inOrder(happenings);
}

/** The story of one request: logs, ledger, archive, history and quarantine. */
async function storyOf(
  request: Request,
  search: StorySearch,
  pipeline: DeployedPipeline,
  ports: ExaminationPorts,
  knownEnds: readonly HistoryLine[] | undefined,
): Promise<Happening[]> {
  const { days, shown, interrupted, onStep } = search;
  const { lanes, commandLanes, parked, held, quarantine } = pipeline;
  const record = await ports.ledger.request(request);
  const link = await linkOfRequest(request, record?.outcome.link, ports);
  const now = ports.nowMilliseconds();
  const range = { from: now - days * dayMilliseconds, to: now, interrupted };
  const happenings = await searchLogs(new CloudWatchLogsClient(), lanes, request, range, (pages) =>
    onStep(() => `searching the logs of ${days} days: ${n(pages)} pages`),
  );
  const ofLogs = [...happenings];
  if (record !== undefined) happenings.push(ofRequestRecord(record, shown));
  const isOther = link !== undefined && isLaterLink(link, request, record, knownEnds);
  if (link !== undefined && !isOther) happenings.push(...ofLinkRecord(link, request.requestId, now, shown));
  if (interrupted.aborted) return happenings;

  const parkedAt = ofLogs.filter(({ outcome }) => outcome === 'parked').map(({ at = 0 }) => at);
  const lots = (what: string) => {
    const onLot = (read: number) => onStep(() => `searching the ${what} commands: ${n(read)} lots`);
    return { parkedAt, interrupted, onLot };
  };
  happenings.push(...(await searchHeld(held, request, lots('held'))).flatMap(ofHeld));
  // If the request has its outcome, a copy that is still parked changes nothing.
  if (record === undefined) {
    const waiting = await searchParked(parked, commandLanes, request, lots('parked'));
    const quarantined = await searchQuarantine(quarantine, request, interrupted);
    happenings.push(...waiting.flatMap(ofParked));
    happenings.push(...quarantined.map((object) => ofQuarantined(object, request.requestId)));
  }

  const asked = record?.outcome.link === undefined ? { request } : { address: record.outcome.link };
  const mayHaveEnded = (link === undefined || isOther) && mayHaveLink(record, happenings);
  const mustSearch = knownEnds === undefined && (search.ended !== undefined || mayHaveEnded);
  const found = mustSearch ? await endsOf(asked, endDays(ofLogs, record), search, pipeline, ports) : [];
  const ends = knownEnds ?? found;
  return [...happenings, ...ends.flatMap((end) => ofEnded(end, request.requestId, shown))];
}

/** Whether the link at the request's address was made after the request's own link had ended. */
function isLaterLink(
  link: LinkRecord,
  request: Request,
  record: RequestRecord | undefined,
  ends: readonly HistoryLine[] = [],
): boolean {
  const isOfOther = record?.outcome.outcome === 'created' && link.requestId !== request.requestId;
  return isOfOther || ends.some(({ requestId }) => requestId !== link.requestId);
}

/** Whether a request that has no link now may have had one. If all records of it have expired, nothing is known. */
function mayHaveLink(record: RequestRecord | undefined, happenings: readonly Happening[]): boolean {
  if (record !== undefined) return record.outcome.link !== undefined && record.outcome.outcome !== 'deleted';
  return happenings.length === 0 || happenings.some(({ outcome }) => outcome !== undefined && ofLinks.has(outcome));
}

/** The outcomes of a link that the pipeline has made. */
const ofLinks: ReadonlySet<string> = new Set<OutcomeKind>([
  'created',
  'updated',
  'qr-ready',
  'renewed',
  'expiring-soon',
  'expired',
]);

/**
 * What the history has of a link.
 *
 * @param likely the days of its end by logs and ledger
 */
function endsOf(
  ended: Ended,
  likely: readonly string[],
  search: StorySearch,
  { history }: DeployedPipeline,
  { nowMilliseconds }: ExaminationPorts,
): Promise<HistoryLine[]> {
  const now = nowMilliseconds();
  const last = dayOf(now + mostEarlyMilliseconds);
  const usual = { first: dayOf(now - search.days * dayMilliseconds), last };
  const days = search.ended ? daysOf(search.ended) : [...new Set([...likely, ...daysOf(usual)])];
  return searchHistory(history, ended, { ...search, days, today: dayOf(now) });
}

/** The days on which a link ended by the logs, or may have ended by the recorded outcome. */
function endDays(logged: readonly Happening[], record: RequestRecord | undefined): string[] {
  const ends = logged.flatMap(({ outcome, expiresAt }) => (outcome === 'expired' ? (expiresAt ?? []) : []));
  const recorded = record?.outcome.link?.expiresAt ?? [];
  return [ends, recorded].flat().map((instant) => dayOf(Date.parse(instant)));
}

/** Finds the link of a request by the recorded outcome. Without one, it tries the ID that a create of this request derives. */
export async function linkOfRequest(
  request: Request,
  recorded: { onelinkId: string; shortlinkId: string } | undefined,
  { ledger, pipeline: { settings }, secret }: Pick<ExaminationPorts, 'ledger' | 'pipeline' | 'secret'>,
): Promise<LinkRecord | undefined> {
  if (recorded !== undefined) return ledger.link(recorded);
  if (secret === undefined) return undefined;
  for (const onelinkId of Object.keys(settings.templates)) {
    const shortlinkId = deriveLinkId(secret, { ...request, onelinkId }, settings.linkIdLength);
    const link = await ledger.link({ onelinkId, shortlinkId });
    if (link !== undefined) return link;
  }
  return undefined;
}

async function deadOnes(
  requests: readonly Request[],
  { interrupted, onStep, onGap }: StorySearch,
  { stackName, outputs, sqs }: DeployedPipeline,
  ports: ExaminationPorts,
): Promise<Happening[]> {
  const found: Happening[] = [];
  for (const queue of deadLetterQueues(outputs, stackName, {})) {
    const { waiting } = await sizeOf(sqs, queue);
    if (waiting === 0 || interrupted.aborted) continue;
    let examined = 0;
    await listDeadLetters(sqs, queue, { limit: mostLetters, interrupted }, ports, (letter) => {
      examined += 1;
      onStep(() => `examining the dead letters of ${nameOf(queue)}: ${n(examined)} of about ${n(waiting)}`);
      const isMeant = ({ source, requestId }: Request) => letter.source === source && letter.requestId === requestId;
      if (requests.some(isMeant)) found.push(ofDeadLetter(letter));
    });
    if (waiting > mostLetters) {
      onGap(`${nameOf(queue)}: ${n(mostLetters)} of about ${n(waiting)} dead letters examined`);
    }
  }
  return found;
}

/** The requests that the ledger has for a link: its create, its last change, and a change under way. */
export function requestsOfLink({ source, requestId, applied, lease }: LinkRecord): Request[] {
  const ids = new Set([requestId, applied.requestId, ...(lease === undefined ? [] : [lease.requestId])]);
  return [...ids].map((id) => ({ source, requestId: id }));
}

/** The requests that the history has for an ended link: its create, and its last change. */
function requestsOfEnded({ source, requestId, applied }: HistoryLine): Request[] {
  return [...new Set([requestId, applied?.requestId ?? requestId])].map((id) => ({ source, requestId: id }));
}
