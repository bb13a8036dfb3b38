import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Outcome } from '../domain/contract/outcome.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import { Batching } from './batching.ts';
import { leanClient } from './lean-client.ts';

/** SNS allows 10 messages and 256 KiB in one PublishBatch. */
const maxBytes = 256 * 1024 - 10 * 1024;

/**
 * How long the last outcomes of a batch wait for more, by the pace of their calls: three places. After a longer gap the batch is at its
 * end.
 */
export const quietMillisecondsAt = (callsPerSecond: number) => Math.max(50, 3_000 / callsPerSecond);

/** An SNS client for the pipeline's own requests. */
export const topicClient = (): SNSClient => leanClient('sns', (options) => new SNSClient(options));

/** Publishes outcomes to the topic, with attributes for subscription filters. */
export class OutcomeTopic {
  readonly #batching: Batching<Outcome>;
  readonly #sns: SNSClient;
  readonly #topicArn: string;

  /**
   * @param perPublish 1 publishes each outcome at once, and up to 10 gathers them
   * @param quietMilliseconds how long the last outcomes of a batch wait for more
   */
  constructor(sns: SNSClient, topicArn: string, perPublish: number, quietMilliseconds = 50) {
    this.#sns = sns;
    this.#topicArn = topicArn;
    this.#batching = new Batching({
      maxItems: perPublish,
      maxBytes,
      quietMilliseconds,
      mostMilliseconds: 10 * quietMilliseconds,
      bytesOf: (outcome) => Buffer.byteLength(wireJson(outcome)) + 200,
      send: async (outcomes) => {
        const answer = await sns.send(
          new PublishBatchCommand({
            TopicArn: topicArn,
            PublishBatchRequestEntries: outcomes.map((outcome, index) => ({
              Id: String(index),
              Message: wireJson(outcome),
              MessageAttributes: attributesOf(outcome),
            })),
          }),
        );
        return new Map((answer.Failed ?? []).map(({ Id, Code }) => [Number(Id), Code ?? 'unknown']));
      },
    });
  }

  /** Resolves when SNS has accepted the outcome. @throws Error if SNS refused it three times */
  publish(outcome: Outcome): Promise<void> {
    return this.#batching.add(outcome);
  }

  /**
   * Publishes an outcome once more, in the text that it had.
   *
   * @returns why SNS refuses it, if the outcome itself is the cause
   */
  async republish(text: string, outcome: Outcome): Promise<string | undefined> {
    try {
      const message = { TopicArn: this.#topicArn, Message: text, MessageAttributes: attributesOf(outcome) };
      await this.#sns.send(new PublishCommand(message));
      return undefined;
    } catch (error) {
      if (error instanceof Error && outcomeFaults.has(error.name)) return error.name;
      throw error;
    }
  }
}

/** Errors by which SNS refuses one message. */
const outcomeFaults: ReadonlySet<string> = new Set(['InvalidParameterException', 'ParameterValueInvalidException']);

function attributesOf({ outcome, action, source, lane }: Outcome) {
  const text = (value: string | null) => value && { DataType: 'String', StringValue: value };
  const attributes = { outcome: text(outcome), action: text(action), source: text(source), lane: text(lane) };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value)) as Record<
    string,
    { DataType: string; StringValue: string }
  >;
}
