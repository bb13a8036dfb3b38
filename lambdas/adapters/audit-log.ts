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
  readonly #stream = randomUUID();
  #created: Promise<void> | undefined;

  constructor(logs: Pick<CloudWatchLogsClient, 'send'>, group: string) {
    this.#logs = logs;
    this.#group = group;
  }

  /**
   * Resolves when CloudWatch Logs has the event.
   *
   * @throws Error if it refuses the event or cannot be reached
   */
  async add(json: string, nowMilliseconds: number): Promise<void> {
    await this.#open();
    const { rejectedLogEventsInfo } = await this.#logs.send(
      new PutLogEventsCommand({
        logGroupName: this.#group,
        logStreamName: this.#stream,
        logEvents: [{ timestamp: nowMilliseconds, message: json }],
      }),
    );
    // Too old, too new or expired events are refused in an answer that is no error (PutLogEvents).
    if (rejectedLogEventsInfo !== undefined) throw new Error('the log group refused the record');
  }

  /** Creates the stream once. A failed attempt is repeated with the next event. */
  #open(): Promise<void> {
    this.#created ??= this.#logs
      .send(new CreateLogStreamCommand({ logGroupName: this.#group, logStreamName: this.#stream }))
      .then(
        () => {},
        (error: unknown) => {
          // The client repeats a request whose answer was lost.
          if (error instanceof Error && error.name === 'ResourceAlreadyExistsException') return;
          this.#created = undefined;
          throw error;
        },
      );
    return this.#created;
  }
}
