import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../services/wire.ts';

/** The quotas of PutLogEvents (CloudWatch Logs API reference). Each event counts its bytes and 26 more. */
const mostBytes = 1_048_576;
const bytesBeside = 26;
const mostEvents = 10_000;
const mostSpanMilliseconds = 24 * 60 * 60 * 1_000;
const tooNewAfterMilliseconds = 2 * 60 * 60 * 1_000;
const tooOldAfterDays = 14;
const dayMilliseconds = 24 * 60 * 60 * 1_000;

const groupName = z.string().regex(/^[.\-_/#A-Za-z0-9]{1,512}$/);
const streamName = z.string().regex(/^[^:*]{1,512}$/);

/** The inputs of the two operations. Sequence tokens and entities have no effect, as on AWS and here. */
export const logStreamInputs = {
  create: z.strictObject({ logGroupName: groupName, logStreamName: streamName }),
  put: z.strictObject({
    logGroupName: groupName,
    logStreamName: streamName,
    logEvents: z
      .array(z.strictObject({ timestamp: z.int().min(0), message: z.string().min(1) }))
      .min(1)
      .max(mostEvents),
    sequenceToken: z.string().min(1).optional(),
  }),
};

/** An event that a client has put into a stream. */
export interface PutEvent {
  readonly stream: string;
  readonly atMilliseconds: number;
  readonly ingestedAtMilliseconds: number;
  /** Its place in the order of arrival, in its group. */
  readonly position: number;
  readonly text: string;
}

interface Group {
  /** Undefined: for ever. */
  readonly retentionDays: number | undefined;
  readonly streams: Set<string>;
  readonly events: PutEvent[];
}

/** The log groups of a deployment, and what clients have put into their streams. All of it is in memory. */
export class LogStreams {
  readonly #groups: ReadonlyMap<string, Group>;
  readonly #clock: Clock;

  /** @param groups the retention of each group, in days */
  constructor(groups: ReadonlyMap<string, number | undefined>, clock: Clock) {
    const entries = [...groups].map(([name, retentionDays]): [string, Group] => [
      name,
      { retentionDays, streams: new Set(), events: [] },
    ]);
    this.#groups = new Map(entries);
    this.#clock = clock;
  }

  has(groupName: string): boolean {
    return this.#groups.has(groupName);
  }

  /** Whether a client has made a stream in the group. */
  isUsed(groupName: string): boolean {
    return (this.#groups.get(groupName)?.streams.size ?? 0) > 0;
  }

  /** CreateLogStream. @throws ServiceError */
  create({ logGroupName, logStreamName }: z.infer<typeof logStreamInputs.create>): object {
    const { streams } = this.#group(logGroupName);
    if (streams.has(logStreamName)) {
      throw new ServiceError(400, 'ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    streams.add(logStreamName);
    return {};
  }

  /** PutLogEvents: all that are neither too old nor too new, or none of them. @throws ServiceError */
  put({ logGroupName, logStreamName, logEvents }: z.infer<typeof logStreamInputs.put>): object {
    const group = this.#group(logGroupName);
    if (!group.streams.has(logStreamName)) throw absent('stream');
    refuseBatch(logEvents);
    const now = this.#clock.now();
    const [tooOld, expired, tooNew] = [
      now - tooOldAfterDays * dayMilliseconds,
      this.#kept(group, now),
      now + tooNewAfterMilliseconds,
    ];
    const valid = logEvents.filter(({ timestamp }) => timestamp >= Math.max(tooOld, expired) && timestamp <= tooNew);
    if ((valid.at(-1)?.timestamp ?? 0) - (valid[0]?.timestamp ?? 0) > mostSpanMilliseconds) {
      throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
    }
    for (const { timestamp, message } of valid) {
      group.events.push({
        stream: logStreamName,
        atMilliseconds: timestamp,
        ingestedAtMilliseconds: now,
        position: group.events.length,
        text: message,
      });
    }
    if (valid.length === logEvents.length) return {};
    const before = (bound: number) => logEvents.filter(({ timestamp }) => timestamp < bound).length || undefined;
    const firstTooNew = logEvents.findIndex(({ timestamp }) => timestamp > tooNew);
    return {
      rejectedLogEventsInfo: {
        tooNewLogEventStartIndex: firstTooNew < 0 ? undefined : firstTooNew,
        tooOldLogEventEndIndex: before(tooOld),
        expiredLogEventEndIndex: before(expired),
      },
    };
  }

  /** The events of a group that its retention keeps, by time. */
  events(groupName: string): PutEvent[] {
    const group = this.#group(groupName);
    const kept = this.#kept(group, this.#clock.now());
    return group.events
      .filter(({ atMilliseconds }) => atMilliseconds >= kept)
      .sort((one, other) => one.atMilliseconds - other.atMilliseconds || one.position - other.position);
  }

  #kept({ retentionDays }: Group, now: number): number {
    return retentionDays === undefined ? 0 : now - retentionDays * dayMilliseconds;
  }

  #group(name: string): Group {
    const group = this.#groups.get(name);
    if (group === undefined) throw absent('group');
    return group;
  }
}

function refuseBatch(events: z.infer<typeof logStreamInputs.put>['logEvents']): void {
  let bytes = 0;
  let last = 0;
  for (const { timestamp, message } of events) {
    const size = Buffer.byteLength(message) + bytesBeside;
    if (size > mostBytes) throw invalid(`Log event too large: ${size} bytes exceeds limit of ${mostBytes}`);
    if (timestamp < last) {
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    }
    bytes += size;
    last = timestamp;
  }
  if (bytes > mostBytes) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${mostBytes}`);
}

const invalid = (reason: string) => new ServiceError(400, 'InvalidParameterException', reason);

function absent(kind: 'group' | 'stream'): ServiceError {
  return new ServiceError(400, 'ResourceNotFoundException', `The specified log ${kind} does not exist.`);
}
