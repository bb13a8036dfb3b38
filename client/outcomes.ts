import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { sendFailure } from '../cli/pipeline/send-failure.ts';
import type { Outcome } from '../lambdas/domain/contract/outcome.ts';
import { backOff, systemTime, type Time } from './waiting.ts';

export interface OutcomeReceiver {
  /** The stack output `…OutcomeQueueUrl`. */
  queueUrl: string;
  /** Default: a client with the environment's region and credentials. */
  sqs?: Pick<SQSClient, 'send'>;
  /** Ends the receiving. Handlers under way end first, and their messages are deleted. */
  signal?: AbortSignal;
  /**
   * Receives what went wrong with one message, or with one call of SQS. The receiving goes on. Default: a warning of the process.
   *
   * @param outcome the outcome whose handler failed
   */
  onError?(error: unknown, outcome?: Outcome): void;
  /** Parallel receive calls. Default: 1, which is enough for some hundred outcomes a second. */
  receivers?: number;
  time?: Time;
}

/** SQS holds a call open for at most 20 seconds, and returns at most 10 messages. */
const [waitSeconds, mostMessages] = [20, 10];

/**
 * Receives a producer's outcomes and passes each to the handler, until the signal ends it. It deletes a message after its handler
 * has ended. If the handler throws, SQS delivers the message again. Outcomes may come twice and out of order: `outcomeId` finds repeats.
 *
 * A handler has three minutes, which is the visibility time-out of the queue.
 *
 * @throws the error of SQS if it refuses the call, as it does without permission
 */
export async function receiveOutcomes(
  options: OutcomeReceiver,
  handler: (outcome: Outcome) => void | Promise<void>,
): Promise<void> {
  const receiver = { onError: warn, time: systemTime, receivers: 1, ...options };
  const { SQSClient, ReceiveMessageCommand, DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  const sqs = receiver.sqs ?? new SQSClient();
  const { queueUrl: QueueUrl, signal, time, onError } = receiver;

  const receive = async () => {
    const request = { QueueUrl, WaitTimeSeconds: waitSeconds, MaxNumberOfMessages: mostMessages };
    const abort = signal === undefined ? {} : { abortSignal: signal };
    return (await sqs.send(new ReceiveMessageCommand(request), abort)).Messages ?? [];
  };
  const remove = async (messages: Message[]) => {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    // SQS delivers them again, so their handlers run twice.
    for (const { Code } of Failed) onError(new Error(`SQS did not delete a message: ${Code}`));
  };
  const handled = async (message: Message): Promise<Message[]> => {
    let outcome: Outcome | undefined;
    try {
      outcome = outcomeIn(message.Body ?? '');
      if (outcome !== undefined) await handler(outcome);
      return [message];
    } catch (error) {
      onError(error, outcome);
      return [];
    }
  };
  const work = async () => {
    for (let failures = 0; !signal?.aborted; ) {
      try {
        const done = (await Promise.all((await receive()).map(handled))).flat();
        if (done.length > 0) await remove(done);
        failures = 0;
      } catch (error) {
        if (signal?.aborted) return;
        if (sendFailure(error).kind !== 'again') throw error;
        onError(error);
        failures++;
        await time.sleep(backOff(failures, undefined, time.random), signal).catch(() => {});
      }
    }
  };
  await Promise.all(Array.from({ length: receiver.receivers }, work));
}

/**
 * The outcome in a message, or undefined for a probe, which a subscription without a filter receives now and then.
 *
 * @throws if the message is neither
 */
function outcomeIn(body: string): Outcome | undefined {
  const json: unknown = JSON.parse(body);
  if (typeof json === 'object' && json !== null) {
    if ('outcomeId' in json && 'outcome' in json) return json as Outcome;
    if ('probe' in json) return undefined;
  }
  throw new Error('a message in the outcome queue is no outcome: the queue has another subscription or sender');
}

const warn = (error: unknown) => process.emitWarning(error instanceof Error ? error : String(error));
