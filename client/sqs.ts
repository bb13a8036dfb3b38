import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Unsent } from '../cli/pipeline/send-messages.ts';
import { CommandError } from './command-error.ts';
import { type Action, type CommandOf, type Create, commandText, faultOfCommand, requestIdOf } from './commands.ts';
import type { ManyResult } from './many.ts';

export interface SqsOptions {
  /** The producer, as the pipeline's configuration names it. */
  source: string;
  /** The stack output `…QueueUrl` of the lane. */
  queueUrl: string;
  /** Default: a client with the environment's region and credentials. */
  sqs?: Pick<SQSClient, 'send'>;
  /** Epoch milliseconds, for `requestedAt`. Default: the system's clock. */
  now?(): number;
  /** The longest wait before the second attempt. It doubles with each further attempt. */
  backoffMilliseconds?: number;
}

/** A command that SQS has taken. Its outcome comes through the outcome queue. */
export interface SentCommand {
  requestId: string;
  /** The `messageId` of the outcome. */
  messageId: string;
}

/** Sends commands to the queue of a lane. */
export interface SqsLinks {
  create(command: Create, options?: SqsCall): Promise<SentCommand>;
  update(command: CommandOf['update'], options?: SqsCall): Promise<SentCommand>;
  delete(command: CommandOf['delete'], options?: SqsCall): Promise<SentCommand>;
  qr(command: CommandOf['qr'], options?: SqsCall): Promise<SentCommand>;
  /** Takes over a link that was made outside of the pipeline. */
  adopt(command: CommandOf['adopt'], options?: SqsCall): Promise<SentCommand>;
  /** Moves a link of version 1.0 to version 2.0. */
  migrate(command: CommandOf['migrate'], options?: SqsCall): Promise<SentCommand>;
  /** Reads a link. The outcome comes through the producer's private outcome queue, because it holds the link's data. */
  get(command: CommandOf['get'], options?: SqsCall): Promise<SentCommand>;
  /**
   * Sends creates in batches, as many as SQS takes at once. One failure does not stop the others.
   *
   * @returns a result for each command, in their order
   */
  createMany(commands: Iterable<Create> | AsyncIterable<Create>, options?: SqsCall): Promise<ManyResult<SentCommand>[]>;
}

export interface SqsCall {
  /** Ends the call. What was not sent by then fails with the reason `aborted`. */
  signal?: AbortSignal;
}

/** SQS takes a message of at most 1 MiB (its quotas page). */
const mostBytes = 1_048_576;

interface Sendable {
  requestId: string;
  body: string;
  place: number;
}

/** @throws CommandError from each method, except `createMany`, if SQS did not take the command */
export function sqsLinks(options: SqsOptions): SqsLinks {
  const { source, queueUrl, now = Date.now, backoffMilliseconds } = options;

  const sendAll = async (
    commands:
      | Iterable<{ action: Action; command: CommandOf[Action] }>
      | AsyncIterable<{ action: Action; command: CommandOf[Action] }>,
    { signal }: SqsCall,
  ) => {
    const { sendAll: send, client } = await loaded(options.sqs);
    const results: ManyResult<SentCommand>[] = [];
    const fail = ({ message: { requestId, place }, reason, mayBeIn }: Unsent<Sendable>) => {
      const why = reason === 'interrupted' ? 'aborted' : reason;
      results[place] = { requestId, error: new CommandError({ requestId, reason: why, mayBeSent: mayBeIn }) };
    };
    const sendable = async function* (): AsyncGenerator<Sendable> {
      let place = 0;
      for await (const { action, command } of commands) {
        const message = { requestId: requestIdOf(command), place: place++, body: '' };
        const fault = faultOfCommand(command);
        const problem =
          fault !== undefined
            ? notACommand(message, fault)
            : writeBody(message, () => commandText(action, command, { source, nowMilliseconds: now() }));
        if (problem === undefined) yield message;
        else results[message.place] = { requestId: message.requestId, error: problem };
      }
    };
    const ended = await send(client, sendable(), {
      queueUrlOf: () => queueUrl,
      onSent: ({ requestId, place }, messageId) => {
        results[place] = { requestId, messageId };
      },
      onUnsent: fail,
      ...(signal !== undefined && { signal }),
      ...(backoffMilliseconds !== undefined && { backoffMilliseconds }),
    });
    return { results, stoppedBy: 'stoppedBy' in ended ? ended.stoppedBy : undefined };
  };
  const one = async <Kind extends Action>(action: Kind, command: CommandOf[Kind], call: SqsCall = {}) => {
    const { results } = await sendAll([{ action, command }], call);
    const [result] = results;
    if (result === undefined)
      throw new CommandError({ requestId: requestIdOf(command), reason: 'unknown', mayBeSent: true });
    if ('error' in result) throw result.error;
    return result;
  };
  return {
    create: (command, call) => one('create', command, call),
    update: (command, call) => one('update', command, call),
    delete: (command, call) => one('delete', command, call),
    qr: (command, call) => one('qr', command, call),
    adopt: (command, call) => one('adopt', command, call),
    migrate: (command, call) => one('migrate', command, call),
    get: (command, call) => one('get', command, call),
    createMany: async (commands, call = {}) => {
      let failure: { error: unknown } | undefined;
      const creates = async function* () {
        try {
          for await (const command of commands) yield { action: 'create' as const, command };
        } catch (error) {
          failure = { error };
        }
      };
      const { results } = await sendAll(creates(), call);
      // The commands that were read before the error are sent.
      if (failure !== undefined) throw failure.error;
      return results;
    },
  };
}

const notACommand = ({ requestId }: Sendable, detail: string) =>
  new CommandError({ requestId: requestId || undefined, reason: 'not-a-command', detail, mayBeSent: false });

function writeBody(message: Sendable, text: () => string): CommandError | undefined {
  const { requestId } = message;
  try {
    message.body = text();
  } catch {
    const detail = 'JSON cannot hold a value of the command: use texts, numbers, true and false';
    return new CommandError({ requestId, reason: 'not-json', detail, mayBeSent: false });
  }
  const bytes = Buffer.byteLength(message.body);
  if (bytes <= mostBytes) return undefined;
  const detail = `the command has ${bytes} bytes, and SQS takes ${mostBytes} at most`;
  return new CommandError({ requestId, reason: 'too-large', detail, mayBeSent: false });
}

/** Loaded at the first call, so that a producer over HTTP needs no AWS SDK. */
async function loaded(given: SqsOptions['sqs']) {
  const { sendAll } = await import('../cli/pipeline/send-messages.ts');
  if (given !== undefined) return { sendAll, client: given };
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  return { sendAll, client: new SQSClient() };
}
