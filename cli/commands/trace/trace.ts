import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Command } from 'commander';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import { deadLetterQueues, nameOf, sizeOf } from '../../pipeline/dead-letters/dead-letter-queues.ts';
import { type ExaminationPorts, examinationPorts } from '../../pipeline/dead-letters/examination.ts';
import { listDeadLetters } from '../../pipeline/dead-letters/list.ts';
import type { DeployedPipeline } from '../../pipeline/deployed-pipeline.ts';
import { linkAddressOf } from '../../pipeline/link-address.ts';
import { searchHeld, searchParked, searchQuarantine } from '../../pipeline/story/archive-search.ts';
import { type Request, searchLogs } from '../../pipeline/story/log-search.ts';
import {
  type Happening,
  happeningWords,
  inOrder,
  ofDeadLetter,
  ofHeld,
  ofLinkRecord,
  ofParked,
  ofQuarantined,
  ofRequestRecord,
  type Shown,
} from '../../pipeline/story/story.ts';
import { count } from '../../terminal/count-option.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n } from '../../words/words.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { found: 0, nothing: 1, notDone: 2 } as const;

/** The most dead letters of each queue that a trace examines. */
const mostLetters = 1_000;
const dayMilliseconds = 86_400_000;

interface Options extends VerbOptions {
  link?: string;
  source?: string;
  requestId?: string;
  days: number;
  showLinks?: true;
}

export function traceCommand(): Command {
  const command = new Command('trace')
    .description(
      'Shows the story of a command in order of time: calls, ledger, outcome, QR code, archive, dead letters.',
    )
    .argument('[link]', 'the short URL, or TEMPLATE/ID, of the command’s link')
    .option('--source <name>', 'the command’s source; with --request-id')
    .option('--request-id <id>', 'the command’s requestId; with --source')
    .option('--days <number>', 'how many days of logs to search', count(1, 3_653), 14)
    .option('--show-links', 'also show short URLs, which are confidential')
    .option('--json', 'print one JSON object for each event');
  return pipelineVerb(
    command,
    `${pipelineHelp} You need permission to read the ledger, the link-ID secret, the workers' logs, the archive and the
dead-letter queues.

For a link, the trace shows the requests in the ledger: the one that made it, its last change, and a change under way. The
logs hold no link, so you can find other requests only by their requestId. A search of large logs is slow. --days limits it.

The trace hides dead letters from other receivers for up to a minute. It prints no parameter of a link.

Exit codes:
  ${exitCode.found}  the trace found something
  ${exitCode.nothing}  it found nothing
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink trace --source crm --request-id dispatch-803acb24
  onelink trace https://acme.onelink.me/A1b3/abc123 --days 60 --stack OneLink-production
  onelink trace A1b3/abc123 --show-links --json --local`,
    trace,
  );
}

async function trace(scene: Scene<Options>): Promise<number> {
  const { options, chosen, interrupted, print } = scene;
  const pipeline = await chosen.deployed();
  const ports = await examinationPorts(chosen, pipeline);
  const requests = await requestsMeant(options, ports);
  const happenings: Happening[] = [];
  for (const request of requests) {
    if (!interrupted.aborted) happenings.push(...(await storyOf(request, scene, pipeline, ports)));
  }
  if (requests.length > 0 && !interrupted.aborted)
    happenings.push(...(await deadOnes(requests, scene, pipeline, ports)));
  for (const happening of inOrder(happenings)) {
    const { at, ...event } = happening;
    const instant = at === undefined ? null : new Date(at).toISOString();
    print({ at: instant, ...event }, happeningWords(happening, requests.length > 1));
  }
  if (interrupted.aborted) {
    console.error('Interrupted: there may be more.');
    return exitCode.notDone;
  }
  if (happenings.length > 0) return exitCode.found;
  console.error(
    requests.length === 0
      ? 'The ledger does not have this link. To trace its command, use --source and --request-id.'
      : 'The trace found nothing. The command waits in its queue (onelink status), is older than the searched logs (--days), ' +
          'or never reached the pipeline.',
  );
  return exitCode.nothing;
}

/** @throws OperatorError if the options name neither a link nor a request */
async function requestsMeant(
  { link, source, requestId }: Options,
  { ledger, pipeline }: ExaminationPorts,
): Promise<Request[]> {
  if (link === undefined && source !== undefined && requestId !== undefined) return [{ source, requestId }];
  if (link === undefined || source !== undefined || requestId !== undefined) {
    throw new OperatorError('Name a link, or a request by --source and --request-id together.');
  }
  const record = await ledger.link(linkAddressOf(link, pipeline.settings.templates));
  return record === undefined ? [] : requestsOfLink(record);
}

async function storyOf(
  request: Request,
  { options, progress, interrupted }: Scene<Options>,
  { lanes, commandLanes, parked, held, quarantine }: DeployedPipeline,
  ports: ExaminationPorts,
): Promise<Happening[]> {
  const shown: Shown = { links: options.showLinks === true };
  const record = await ports.ledger.request(request);
  const link = await linkOfRequest(request, record?.outcome.link, ports);
  const now = ports.nowMilliseconds();
  const range = { from: now - options.days * dayMilliseconds, to: now, interrupted };
  const logged = await searchLogs(new CloudWatchLogsClient(), lanes, request, range, (pages) =>
    progress.update(() => `searching the logs of ${options.days} days: ${n(pages)} pages`),
  );
  const happenings = [
    ...logged,
    ...(record === undefined ? [] : [ofRequestRecord(record, shown)]),
    ...(link === undefined ? [] : ofLinkRecord(link, request.requestId, now, shown)),
  ];
  if (interrupted.aborted) return happenings;
  const parkedAt = logged.filter(({ outcome }) => outcome === 'parked').map(({ at = 0 }) => at);
  const search = (what: string) => {
    const onLot = (lots: number) => progress.update(() => `searching the ${what} commands: ${n(lots)} lots`);
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

/** Finds the link by the recorded outcome. Without one, it tries the ID that a create of this request derives. */
async function linkOfRequest(
  request: Request,
  recorded: { onelinkId: string; shortlinkId: string } | undefined,
  { ledger, pipeline: { settings }, secret }: ExaminationPorts,
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
  { progress, interrupted }: Scene<Options>,
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
      progress.update(() => `examining the dead letters of ${nameOf(queue)}: ${n(examined)} of about ${n(waiting)}`);
      const isMeant = ({ source, requestId }: Request) => letter.source === source && letter.requestId === requestId;
      if (requests.some(isMeant)) found.push(ofDeadLetter(letter));
    });
    progress.clear();
    if (waiting > mostLetters) {
      console.error(`${nameOf(queue)}: ${n(mostLetters)} of about ${n(waiting)} dead letters examined`);
    }
  }
  return found;
}

/** The requests that the ledger has for a link: its create, its last change, and a change under way. */
export function requestsOfLink({ source, requestId, applied, lease }: LinkRecord): Request[] {
  const ids = new Set([requestId, applied.requestId, ...(lease === undefined ? [] : [lease.requestId])]);
  return [...ids].map((id) => ({ source, requestId: id }));
}
