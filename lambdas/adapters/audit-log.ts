import { randomUUID } from 'node:crypto';
import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';

/** The audit log group. Each environment of the function writes to a stream of its own. */
export class AuditLog {
  readonly #logs: Pick<CloudWatchLogsClient, 'send'>;
  readonly #group: string;
  /** The stream, once it is created. A failed attempt is repeated with the next event. */
  #stream: Promise<string> | undefined;

  constructor(logs: Pick<CloudWatchLogsClient, 'send'>, group: string) {
    this.#logs = logs;
    this.#group = group;
  }

  /**
   * Resolves when CloudWatch Logs has the event. If the stream is gone, the event goes to a new one.
   *
   * @throws Error if the group is gone, if it refuses the event, or if CloudWatch Logs cannot be reached
   */
  async add(json: string, nowMilliseconds: number): Promise<void> {
    try {
      await this.#put(json, nowMilliseconds);
    } catch (error) {
      if (!isNamed(error, 'ResourceNotFoundException')) throw error;
      this.#stream = undefined;
      await this.#put(json, nowMilliseconds);
    }
  }

  async #put(message: string, timestamp: number): Promise<void> {
    this.#stream ??= this.#open();
    const logStreamName = await this.#stream;
    const { rejectedLogEventsInfo } = await this.#logs.send(
      new PutLogEventsCommand({
        logGroupName: this.#group,
        logStreamName,
        logEvents: [{ timestamp, message }],
      }),
    );
    // Too old, too new or expired events are refused in an answer that is no error (PutLogEvents).
    if (rejectedLogEventsInfo !== undefined) throw new Error('the log group refused the record');
  }

  async #open(): Promise<string> {
    const logStreamName = randomUUID();
    try {
      await this.#logs.send(new CreateLogStreamCommand({ logGroupName: this.#group, logStreamName }));
    } catch (error) {
      // The client repeats a request whose answer was lost.
      if (isNamed(error, 'ResourceAlreadyExistsException')) return logStreamName;
      this.#stream = undefined;
      throw error;
    }
    return logStreamName;
  }
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;
