import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { Archive } from '../../../lambdas/adapters/archive.ts';
import { JobQueue } from '../../../lambdas/adapters/job-queue.ts';
import { OutcomeTopic, quietMillisecondsAt } from '../../../lambdas/adapters/outcome-topic.ts';
import { QrStore } from '../../../lambdas/adapters/qr-store.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { Telemetry } from '../../../lambdas/runtime/telemetry.ts';
import { Cloud, ownSender } from '../month/world/cloud.ts';
import { serviceMilliseconds } from '../month/world/services.ts';
import { type Bill, emptyBill, metered } from './bill.ts';

/** SQS and SNS bill each 64 KB of a request. */
const requestBytes = 64 * 1024;
const requestsOf = (texts: readonly (string | undefined)[]) =>
  Math.max(1, Math.ceil(texts.reduce((sum, text = '') => sum + Buffer.byteLength(text), 0) / requestBytes));

/**
 * A cloud that counts what its functions use, one function at a time: capacity units, and the requests that the shipped adapters make.
 * SNS, S3 and SQS answer here, so that no request is assumed.
 */
export class MeteredCloud extends Cloud {
  /** The bill of the function that works now. */
  bill: Bill = emptyBill();
  /** Requests that sent messages, by queue. */
  readonly sends = new Map<string, number>();

  override telemetry() {
    return new Telemetry();
  }

  override get services() {
    const { ledger, control, campaigns } = super.services;
    return {
      ledger: this.#metered(ledger),
      control: this.#metered(control),
      campaigns,
    };
  }

  override enqueuer<Job>(name: string, textOf: (job: Job) => string) {
    const send = async ({ input }: { input: { Entries: { MessageBody: string; MessageGroupId?: string }[] } }) => {
      const requests = requestsOf(input.Entries.map(({ MessageBody }) => MessageBody));
      this.sends.set(name, (this.sends.get(name) ?? 0) + requests);
      await this.clock.sleep(serviceMilliseconds.queue);
      for (const { MessageBody: body, MessageGroupId: groupId } of input.Entries)
        this.queue(name).send({ body, senderId: ownSender, groupId });
      return {};
    };
    const queue = new JobQueue<Job>({ send } as unknown as SQSClient, name, textOf);
    return (job: Job, groupId?: string) => queue.enqueue(job, groupId);
  }

  override get history() {
    return new Archive(this.#s3, 'archive');
  }

  override get images() {
    return new QrStore(this.#s3, 'codes');
  }

  get #s3() {
    const send = async ({ input }: { input: { Body: string | Uint8Array } }) => {
      this.bill.s3Puts++;
      this.bill.s3Bytes += Buffer.byteLength(input.Body);
      await this.clock.sleep(serviceMilliseconds.bucket);
      return {};
    };
    return { send } as unknown as S3Client;
  }

  override outcomes(perPublish: number, callsPerSecond?: number) {
    const send = async ({ input }: { input: { PublishBatchRequestEntries: { Message: string }[] } }) => {
      const texts = input.PublishBatchRequestEntries.map(({ Message }) => Message);
      this.bill.snsPublishes += requestsOf(texts);
      await this.clock.sleep(serviceMilliseconds.topic);
      for (const text of texts) this.published(JSON.parse(text) as Outcome);
      return {};
    };
    const quiet = callsPerSecond === undefined ? undefined : quietMillisecondsAt(callsPerSecond);
    return new OutcomeTopic({ send } as unknown as SNSClient, 'arn:outcomes', perPublish, quiet);
  }

  #metered<Port extends object>(port: Port): Port {
    return metered(port, () => this.bill);
  }
}
