import { z } from 'zod';
import { accessLogGroups } from '../api-gateway/rest-api.ts';
import type { Deployment } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import type { Functions } from '../lambda/functions.ts';
import { type JsonService, operation, ServiceError } from '../services/wire.ts';
import { compileFilter } from './filter-pattern.ts';
import { accessLogFile, type FunctionLogs, type LogLine } from './function-logs.ts';
import { LogStreams, logStreamInputs } from './log-streams.ts';

/** The maximum number of events and bytes in a page of CloudWatch Logs. */
const eventsPerPage = 10_000;
const bytesPerPage = 1_048_576;

const groupsPerPage = 50;

const describeLogGroupsInput = z.strictObject({
  logGroupNamePrefix: z.string().default(''),
  logGroupNamePattern: z.string().default(''),
  limit: z.int().min(1).max(groupsPerPage).default(groupsPerPage),
  nextToken: z.string().default(''),
});

/** The properties of `AWS::Logs::LogGroup` that are implemented. */
export const logGroupProperties = z.looseObject({
  LogGroupName: z.string().optional(),
  RetentionInDays: z.coerce.number().optional(),
});

const filterLogEventsInput = z.strictObject({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamNames: z.array(z.string()).min(1).max(100).optional(),
  logStreamNamePrefix: z.string().min(1).optional(),
  startTime: z.number().default(0),
  endTime: z.number().default(Number.MAX_SAFE_INTEGER),
  filterPattern: z.string().default(''),
  limit: z.int().min(1).max(eventsPerPage).default(eventsPerPage),
  startFromHead: z.boolean().default(true),
  // Deprecated: streams are interleaved, whatever its value.
  interleaved: z.boolean().optional(),
  nextToken: z
    .string()
    .regex(/^[<>]\d+$/)
    .optional(),
});

interface Sources {
  readonly functions: Functions;
  readonly logs: FunctionLogs;
  readonly deployment: Deployment;
  readonly clock: Clock;
}

/** An event of a group, wherever it comes from. */
interface FoundEvent extends LogLine {
  readonly stream: string;
  readonly ingestedAtMilliseconds: number;
}

/**
 * CloudWatch Logs' DescribeLogGroups, CreateLogStream, PutLogEvents, and FilterLogEvents. The last one reads what clients
 * have put, or the files in which this run keeps the output of a function and access logs.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export function logsApi(sources: Sources): JsonService {
  const code = 'InvalidParameterException';
  const createdAt = sources.clock.now();
  const streams = new LogStreams(retentions(sources), sources.clock);
  return {
    FilterLogEvents: operation(filterLogEventsInput, code, (input) => filterLogEvents(sources, streams, input)),
    DescribeLogGroups: operation(describeLogGroupsInput, code, (input) => describeLogGroups(sources, createdAt, input)),
    CreateLogStream: operation(logStreamInputs.create, code, (input) => streams.create(input)),
    PutLogEvents: operation(logStreamInputs.put, code, (input) => streams.put(input)),
  };
}

/** The retention of each log group of the templates, and of Lambda's own for functions without one. */
function retentions({ deployment, functions }: Sources): Map<string, number | undefined> {
  const own = functions.all.map(({ configuration }): [string, undefined] => [configuration.logGroupName, undefined]);
  const declared = deployment
    .resources('AWS::Logs::LogGroup')
    .map((resource): [string, number | undefined] => [
      resource.ref,
      deployment.properties(resource, logGroupProperties).RetentionInDays,
    ]);
  return new Map([...own, ...declared]);
}

/** The log groups of the templates, and Lambda's own for functions without one, by name. */
function describeLogGroups(
  { deployment, functions }: Sources,
  createdAtMilliseconds: number,
  input: z.infer<typeof describeLogGroupsInput>,
): unknown {
  if (input.logGroupNamePrefix !== '' && input.logGroupNamePattern !== '') {
    invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  }
  const declared = deployment.resources('AWS::Logs::LogGroup');
  const names = [
    ...declared.map(({ ref }) => ref),
    ...functions.all.map(({ configuration }) => configuration.logGroupName),
  ];
  const matching = [...new Set(names)]
    .filter((name) => name.startsWith(input.logGroupNamePrefix) && name.includes(input.logGroupNamePattern))
    .filter((name) => name > input.nextToken)
    .sort();
  const page = matching.slice(0, input.limit);
  const { region, accountId } = deployment.place;
  return {
    logGroups: page.map((name) => {
      const resource = declared.find(({ ref }) => ref === name);
      const arn = `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
      return {
        logGroupName: name,
        arn: `${arn}:*`,
        logGroupArn: arn,
        creationTime: createdAtMilliseconds,
        metricFilterCount: 0,
        storedBytes: 0,
        retentionInDays: resource && deployment.properties(resource, logGroupProperties).RetentionInDays,
      };
    }),
    nextToken: matching.length > page.length ? page.at(-1) : undefined,
  };
}

async function filterLogEvents(
  sources: Sources,
  streams: LogStreams,
  input: z.infer<typeof filterLogEventsInput>,
): Promise<unknown> {
  const group = input.logGroupName ?? input.logGroupIdentifier?.replace(/^arn:.*:log-group:/, '');
  const passes = compiled(input.filterPattern);
  const { nextToken = input.startFromHead ? '>0' : `<${Number.MAX_SAFE_INTEGER}`, endTime, limit } = input;
  const forward = nextToken.startsWith('>');
  const bound = Number(nextToken.slice(1));
  const page: FoundEvent[] = [];
  let bytes = 0;
  let more: string | undefined;
  // For descending order, too: it reads the file from its start and keeps the last page.
  for await (const line of eventsOf(sources, streams, group, input, forward ? bound : 0)) {
    if (line.atMilliseconds > endTime || (!forward && line.position >= bound)) break;
    if (!passes(line.text)) continue;
    const full = () => page.length > limit || (page.length > 1 && bytes > bytesPerPage);
    page.push(line);
    bytes += Buffer.byteLength(line.text);
    if (full() && forward) {
      more = `>${page.pop()?.position}`;
      break;
    }
    while (full()) {
      bytes -= Buffer.byteLength(page.shift()?.text ?? '');
      more = `<${page[0]?.position}`;
    }
  }
  return {
    events: (forward ? page : page.reverse()).map(({ stream, atMilliseconds, ingestedAtMilliseconds, ...event }) => ({
      logStreamName: stream,
      timestamp: atMilliseconds,
      ingestionTime: ingestedAtMilliseconds,
      eventId: String(event.position),
      message: event.text,
    })),
    searchedLogStreams: [],
    nextToken: more,
  };
}

/** The events of a group from a time and a position on, in their order. */
async function* eventsOf(
  { functions, logs, deployment }: Sources,
  streams: LogStreams,
  group = '',
  { startTime, logStreamNames, logStreamNamePrefix = '' }: z.infer<typeof filterLogEventsInput>,
  fromPosition: number,
): AsyncGenerator<FoundEvent> {
  const printing = functions.all
    .filter(({ configuration }) => configuration.logGroupName === group)
    .map(({ configuration }) => configuration.name);
  const accessLogs = [...new Set(accessLogGroups(deployment))].filter((one) => one === group).map(accessLogFile);
  const [name, ...others] = [...printing, ...accessLogs];
  if (others.length > 0 || (name !== undefined && streams.isUsed(group))) {
    invalid(`several sources log to ${group}, which is not implemented here`);
  }
  if (name === undefined) {
    if (logStreamNames !== undefined && logStreamNamePrefix !== '') {
      invalid('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
    }
    const isWanted = (stream: string) =>
      stream.startsWith(logStreamNamePrefix) && (logStreamNames?.includes(stream) ?? true);
    for (const [position, event] of streams.events(group).entries()) {
      if (position < fromPosition || event.atMilliseconds < startTime || !isWanted(event.stream)) continue;
      yield { ...event, position };
    }
    return;
  }
  if (logStreamNames !== undefined || logStreamNamePrefix !== '') {
    invalid('the output of a function is one stream here, and cannot be chosen by streams');
  }
  for await (const line of logs.lines(name, startTime, fromPosition)) {
    yield { ...line, stream: name, ingestedAtMilliseconds: line.atMilliseconds };
  }
}

function compiled(pattern: string): (line: string) => boolean {
  try {
    return compileFilter(pattern);
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
}

function invalid(message: string, code = 'InvalidParameterException'): never {
  throw new ServiceError(400, code, message);
}
