import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import { n } from '../../words/words.ts';
import { deadLetterQueues, nameOf, sizeOf } from '../dead-letters/dead-letter-queues.ts';
import type { ExaminationPorts } from '../dead-letters/examination.ts';
import { listDeadLetters } from '../dead-letters/list.ts';
import type { DeployedPipeline } from '../deployed-pipeline.ts';
import { searchHeld, searchParked, searchQuarantine } from './archive-search.ts';
import { type Request, searchLogs } from './log-search.ts';
import {
  type Happening,
  inOrder,
  ofDeadLetter,
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

/** How to search for a story. */
export interface StorySearch {
  /** How many days of logs to read. */
  days: number;
  shown: Shown;
  interrupted: AbortSignal;
  /** Receives what the search reads now. */
  onStep(words: () => string): void;
  /** Receives what the search could not see. */
  onGap(words: string): void;
}

/**
 * The story of requests, in order of time, with current states last. If interrupted, it is what was found so far. It hides dead
 * letters from other receivers for a moment.
 */
export async function tellStory(
  requests: readonly Request[],
  search: StorySearch,
  pipeline: DeployedPipeline,
  ports: ExaminationPorts,
): Promise<Happening[]> {
  const happenings: Happening[] = [];
  for (const request of requests) {
    if (!search.interrupted.aborted) happenings.push(...(await storyOf(request, search, pipeline, ports)));
  }
  if (requests.length > 0 && !search.interrupted.aborted) {
    happenings.push(...(await deadOnes(requests, search, pipeline, ports)));
  }
  return inOrder(happenings);
}

/** The story of one request: logs, ledger, archive and quarantine. */
async function storyOf(
  request: Request,
  { days, shown, interrupted, onStep }: StorySearch,
  { lanes, commandLanes, parked, held, quarantine }: DeployedPipeline,
  ports: ExaminationPorts,
): Promise<Happening[]> {
  const record = await ports.ledger.request(request);
  const link = await linkOfRequest(request, record?.outcome.link, ports);
  const now = ports.nowMilliseconds();
  const range = { from: now - days * dayMilliseconds, to: now, interrupted };
  const logged = await searchLogs(new CloudWatchLogsClient(), lanes, request, range, (pages) =>
    onStep(() => `searching the logs of ${days} days: ${n(pages)} pages`),
  );
  const happenings = [
    ...logged,
    ...(record === undefined ? [] : [ofRequestRecord(record, shown)]),
    ...(link === undefined ? [] : ofLinkRecord(link, request.requestId, now, shown)),
  ];
  if (interrupted.aborted) return happenings;
  const parkedAt = logged.filter(({ outcome }) => outcome === 'parked').map(({ at = 0 }) => at);
  const search = (what: string) => {
    const onLot = (lots: number) => onStep(() => `searching the ${what} commands: ${n(lots)} lots`);
    return { parkedAt, interrupted, onLot };
  };
  happenings.push(...(await searchHeld(held, request, search('held'))).flatMap(ofHeld));
  // The request has its outcome, so a copy that is still parked changes nothing.
  if (record !== undefined) return happenings;
  const waiting = await searchParked(parked, commandLanes, request, search('parked'));
  const quarantined = await searchQuarantine(quarantine, request, interrupted);
  return [
    ...happenings,
    ...waiting.flatMap(ofParked),
    ...quarantined.map((object) => ofQuarantined(object, request.requestId)),
  ];
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
