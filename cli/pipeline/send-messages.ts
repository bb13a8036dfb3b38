import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Batch, batchesOf } from '../files/message-batches.ts';
import { sendFailure } from './send-failure.ts';

/** A message that SQS did not confirm, and why. */
export interface Unsent<Message> {
  message: Message;
  reason: string;
  /** SQS may have the message, because its answer was lost. */
  mayBeIn: boolean;
}

/** One client for all messages, or the client of each sender. */
export type Senders = Pick<SQSClient, 'send'> | ((sender: string | undefined) => Pick<SQSClient, 'send'>);

export interface Sending<Message> {
  /** The queue of each message. */
  queueUrlOf(message: Message): string;
  /** The sender of each message. A batch has one. */
  senderOf?(message: Message): string | undefined;
  /** Receives each message that SQS accepted, with the ID that its outcome will carry. */
  onSent(message: Message, messageId: string): void;
  /** Receives every other message. They are in order, except those that SQS refused for their contents. */
  onUnsent(unsent: Unsent<Message>): void;
  /** Ends the sending. It waits up to five seconds for the batches under way. */
  signal?: AbortSignal;
  /** The longest wait before the second attempt. It doubles with each further attempt. */
  backoffMilliseconds?: number;
}

const attempts = 5;
/** Enough to keep SQS busy from one program. */
const batchesAtOnce = 8;
const graceMilliseconds = 5_000;

/**
 * Sends messages in batches, several in parallel, so their order is approximate. If SQS fails, it tries a batch up to five
 * times. If all attempts fail, or SQS is unreachable, it stops, and the rest goes to `onUnsent`.
 *
 * @returns the error that stopped it, if one did: from SQS, or from the reading of the messages
 */
export async function sendAll<Message extends { body: string }>(
  senders: Senders,
  messages: Iterable<Message> | AsyncIterable<Message>,
  { queueUrlOf, senderOf, onSent, onUnsent, signal, backoffMilliseconds = 200 }: Sending<Message>,
): Promise<{ stoppedBy?: unknown }> {
  const batches = batchesOf(messages, queueUrlOf, senderOf);
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const cut = new AbortController();
  const grace = () => setTimeout(() => cut.abort(), graceMilliseconds).unref();
  signal?.addEventListener('abort', grace, { once: true });
  const late: { place: number; unsent: Unsent<Message>[] }[] = [];
  let places = 0;
  const sqsOf = typeof senders === 'function' ? senders : () => senders;
  const post: Post<Message> = { sqsOf, onSent, backoffMilliseconds, stopped, cut: cut.signal };
  let stoppedBy: { error: unknown } | undefined;
  const stopFor = (error: unknown) => {
    stoppedBy ??= { error };
    stop.abort();
  };

  const work = async () => {
    while (!stopped.aborted) {
      const { value: batch, done } = await batches.next();
      if (done) return;
      const place = places++;
      const { unsent, failure }: BatchEnd<Message> = stopped.aborted
        ? { unsent: untried(batch) }
        : await sendBatch(post, batch);
      if (failure !== undefined) stopFor(failure);
      if (stopped.aborted) late.push({ place, unsent });
      else unsent.forEach(onUnsent);
    }
  };
  const untried = ({ messages: rest }: Batch<Message>) => {
    const reason = stoppedBy === undefined ? 'interrupted' : 'not tried';
    return rest.map((message): Unsent<Message> => ({ message, reason, mayBeIn: false }));
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, () => work().catch(stopFor)));
  signal?.removeEventListener('abort', grace);
  for (const { unsent } of late.sort((one, other) => one.place - other.place)) unsent.forEach(onUnsent);
  try {
    for await (const batch of batches) untried(batch).forEach(onUnsent);
  } catch (error) {
    stopFor(error);
  }
  return stoppedBy === undefined ? {} : { stoppedBy: stoppedBy.error };
}

/**
 * Sends messages to one queue.
 *
 * @returns the messages that SQS did not accept, or that were not sent because of the signal
 * @throws the error that stopped it, if one did
 */
export async function sendMessages<Message extends { body: string }>(
  senders: Senders,
  queueUrl: string,
  messages: readonly Message[],
  onSent: (message: Message, messageId: string) => void,
  options: Pick<Sending<Message>, 'senderOf' | 'signal' | 'backoffMilliseconds'> = {},
): Promise<Unsent<Message>[]> {
  const unsent: Unsent<Message>[] = [];
  const onUnsent = (one: Unsent<Message>) => void unsent.push(one);
  const sending = { queueUrlOf: () => queueUrl, onSent, onUnsent, ...options };
  const ended = await sendAll(senders, messages, sending);
  if ('stoppedBy' in ended) throw ended.stoppedBy;
  return unsent;
}

interface BatchEnd<Message> {
  unsent: Unsent<Message>[];
  /** The error after which nothing more is sent. */
  failure?: unknown;
}

type Address = Omit<Batch<unknown>, 'messages'>;

/** What the attempts to send batches share. */
interface Post<Message> {
  sqsOf(sender: string | undefined): Pick<SQSClient, 'send'>;
  onSent: Sending<Message>['onSent'];
  backoffMilliseconds: number;
  /** Ends the sending after the attempt under way. */
  stopped: AbortSignal;
  /** Ends the attempt under way. */
  cut: AbortSignal;
}

async function sendBatch<Message extends { body: string }>(
  post: Post<Message>,
  { messages, ...address }: Batch<Message>,
): Promise<BatchEnd<Message>> {
  const refused: Unsent<Message>[] = [];
  const { stopped, cut, backoffMilliseconds } = post;
  let waiting = messages.map((message): Unsent<Message> => ({ message, reason: 'unknown', mayBeIn: false }));
  for (let attempt = 1; ; attempt++) {
    const { left, failure } = await tryBatch(post, address, waiting, refused);
    waiting = left;
    if (waiting.length === 0) return { unsent: refused };
    const unsent = [...refused, ...waiting];
    if (cut.aborted) return { unsent };
    if (failure?.kind === 'contents') {
      // One message makes SQS refuse the whole batch, so each is sent alone.
      return messages.length === 1 ? { unsent } : sendAlone(post, address, waiting, refused);
    }
    if (failure?.kind === 'hopeless') return { unsent, failure: failure.error };
    if (attempt === attempts) {
      // If the whole batch failed each time, SQS accepts nothing, and the sending stops.
      const all = waiting.length === messages.length;
      return all ? { unsent, failure: failure?.error ?? refusalOf(waiting) } : { unsent };
    }
    await sleep(pauseAfter(attempt, backoffMilliseconds, Math.random), undefined, { signal: stopped }).catch(() => {});
    if (stopped.aborted) return { unsent };
  }
}

/** The wait after an attempt, in milliseconds. It is random, so senders that failed together do not come back together. */
export function pauseAfter(attempt: number, backoffMilliseconds: number, random: () => number): number {
  return backoffMilliseconds * 2 ** (attempt - 1) * (0.5 + random() / 2);
}

async function sendAlone<Message extends { body: string }>(
  post: Post<Message>,
  address: Address,
  waiting: readonly Unsent<Message>[],
  refused: readonly Unsent<Message>[],
): Promise<BatchEnd<Message>> {
  const unsent = [...refused];
  for (const [index, one] of waiting.entries()) {
    const alone = await sendBatch(post, { ...address, messages: [one.message] });
    unsent.push(...alone.unsent);
    if (alone.failure === undefined) continue;
    return { unsent: [...unsent, ...waiting.slice(index + 1)], failure: alone.failure };
  }
  return { unsent };
}

/** One attempt. It adds messages refused for their contents to `refused`, and returns those to try again. */
async function tryBatch<Message extends { body: string }>(
  { sqsOf, onSent, cut }: Post<Message>,
  { queueUrl, sender }: Address,
  waiting: readonly Unsent<Message>[],
  refused: Unsent<Message>[],
): Promise<{ left: Unsent<Message>[]; failure?: ReturnType<typeof sendFailure> & { error: unknown } }> {
  const Entries = waiting.map(({ message: { body } }, index) => ({ Id: String(index), MessageBody: body }));
  try {
    const request = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    const answer = await sqsOf(sender).send(request, { abortSignal: cut });
    const taken = new Set<number>();
    for (const { Id, MessageId = '' } of answer.Successful ?? []) {
      const sent = waiting[Number(Id)];
      if (sent === undefined || taken.has(Number(Id))) continue;
      taken.add(Number(Id));
      onSent(sent.message, MessageId);
    }
    const failed = new Map((answer.Failed ?? []).map((failure) => [Number(failure.Id), failure]));
    const left = waiting.flatMap((one, index): Unsent<Message>[] => {
      if (taken.has(index)) return [];
      const failure = failed.get(index);
      if (failure === undefined) return [{ ...one, reason: 'SQS did not mention it', mayBeIn: true }];
      const { Code: reason = 'unknown', SenderFault } = failure;
      // SQS also reports throttling as a sender fault. Those messages may be tried again.
      if (!SenderFault || /Throttl|OverLimit/.test(reason)) return [{ ...one, reason }];
      refused.push({ ...one, reason });
      return [];
    });
    return { left };
  } catch (error) {
    const failure = sendFailure(error);
    const { reason, mayBeIn } = cut.aborted ? { reason: 'interrupted', mayBeIn: true } : failure;
    const left = waiting.map((one) => ({ ...one, reason, mayBeIn: one.mayBeIn || mayBeIn }));
    return { left, failure: { ...failure, error } };
  }
}

function refusalOf([first]: readonly Unsent<unknown>[]): Error {
  return new Error(`SQS failed ${attempts} times: ${first?.reason}`);
}
