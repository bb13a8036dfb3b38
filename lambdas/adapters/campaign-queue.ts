import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** The queue of the campaign checker, to which it sends its own next steps. */
export class CampaignQueue {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  /** Resolves when SQS has accepted the message. @param delaySeconds 0–900 (SQS) */
  async send(body: string, delaySeconds: number): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: body, DelaySeconds: delaySeconds }),
    );
  }
}
