import type { MessageCopy } from '../cloud/engines/message-copies.ts';
import type { Strength, WeatherPlan } from './plan.ts';
import {
  jsonAction,
  jsonAnswer,
  jsonBody,
  lost,
  type Treatment,
  type WireAnswer,
  type WireRequest,
  withBody,
} from './wire/exchange.ts';

const sends = ['SendMessage', 'SendMessageBatch'];
const deletes = ['DeleteMessage', 'DeleteMessageBatch'];
const changes = ['ChangeMessageVisibility', 'ChangeMessageVisibilityBatch'];

/** The delay of a later copy. In a storm, the worker that receives it may have forgotten the first. */
const laterSeconds: Record<Strength, readonly [number, number]> = { mild: [0.5, 4], storm: [1, 60] };

interface Entry {
  Id: string;
  ReceiptHandle?: string;
}
interface Input {
  QueueUrl: string;
  MaxNumberOfMessages?: number;
  ReceiptHandle?: string;
  Entries?: Entry[];
}
interface Received {
  Messages?: { ReceiptHandle: string }[];
}
type Forward = Parameters<Treatment>[1];

/**
 * Degrades a request to SQS. The answer of a receive is never lost: its messages would return only after their
 * visibility time-out.
 *
 * @param queueEngine the endpoint of the engine that makes the copies
 */
export function sqsWeather(plan: WeatherPlan, queueEngine: string): Treatment {
  return async (request, forward) => {
    const action = jsonAction(request);
    const known = action === 'ReceiveMessage' || [...sends, ...deletes, ...changes].includes(action);
    if (!known) return forward();
    if (plan.strikes('sqs-slow-downs')) return unavailable;
    const input = jsonBody<Input>(request);
    if (action === 'ReceiveMessage') return receive(plan, queueEngine, request, input, forward);
    if (deletes.includes(action)) {
      await resurrect(plan, queueEngine, input);
    }
    const answer = await inPart(plan, action, request, input, forward);
    return plan.strikes('sqs-lost-answers') ? lost : answer;
  };
}

const unavailable = jsonAnswer(503, { __type: 'ServiceUnavailable', message: 'Service unavailable.' });

async function receive(
  plan: WeatherPlan,
  queueEngine: string,
  request: WireRequest,
  input: Input,
  forward: Forward,
): Promise<WireAnswer> {
  if (plan.strikes('sqs-empty-receives')) return jsonAnswer(200, {});
  const most = input.MaxNumberOfMessages ?? 1;
  const isShort = most > 1 && plan.strikes('sqs-short-receives');
  const fewer = Math.floor(plan.between('sqs-short-receives', 1, most));
  const answer = await forward(isShort ? withBody(request, { ...input, MaxNumberOfMessages: fewer }) : request);
  const { Messages = [] } = answer.status === 200 ? jsonBody<Received>(answer) : {};
  for (const { ReceiptHandle } of Messages) {
    if (plan.strikes('sqs-duplicates-at-once')) await copy(queueEngine, input.QueueUrl, ReceiptHandle, 0);
    if (plan.strikes('sqs-duplicates-later')) {
      const delay = plan.between('sqs-duplicates-later', ...laterSeconds[plan.strength]);
      await copy(queueEngine, input.QueueUrl, ReceiptHandle, delay);
    }
  }
  if (Messages.length < 2 || !plan.strikes('sqs-shuffled-receives')) return answer;
  const order = Messages.map((message) => ({ message, at: plan.between('sqs-shuffled-receives', 0, 1) }));
  const shuffled = order.sort((one, other) => one.at - other.at).map(({ message }) => message);
  return withBody(answer, { ...jsonBody<Received>(answer), Messages: shuffled });
}

/** Copies a message before its delete. The copy is delivered after the delete. */
async function resurrect(plan: WeatherPlan, queueEngine: string, input: Input): Promise<void> {
  const kind = 'sqs-duplicates-after-delete';
  for (const { ReceiptHandle = '' } of input.Entries ?? [input as Pick<Entry, 'ReceiptHandle'>]) {
    if (!plan.strikes(kind)) continue;
    await copy(queueEngine, input.QueueUrl, ReceiptHandle, plan.between(kind, ...laterSeconds[plan.strength]));
  }
}

/**
 * Fails some entries of a batch. Mild weather fails only sends: a message whose delete or change fails returns after
 * its visibility time-out, which takes minutes.
 */
async function inPart(
  plan: WeatherPlan,
  action: string,
  request: WireRequest,
  input: Input,
  forward: Forward,
): Promise<WireAnswer> {
  const { Entries } = input;
  const mayFail = plan.strength === 'storm' || sends.includes(action);
  if (Entries === undefined || !mayFail || !plan.strikes('sqs-failed-entries')) return forward();
  const failing = plan.some('sqs-failed-entries', Entries);
  const Failed = [...failing].map(({ Id }) => ({
    Id,
    Code: 'InternalError',
    Message: 'Try again.',
    SenderFault: false,
  }));
  if (failing.size === Entries.length) return jsonAnswer(200, { Successful: [], Failed });
  const answer = await forward(
    withBody(request, { ...input, Entries: Entries.filter((entry) => !failing.has(entry)) }),
  );
  if (answer.status !== 200) return answer;
  const got = jsonBody<{ Failed?: unknown[] }>(answer);
  return withBody(answer, { ...got, Failed: [...(got.Failed ?? []), ...Failed] });
}

async function copy(queueEngine: string, queueUrl: string, receiptHandle: string, delaySeconds: number): Promise<void> {
  const queueName = queueUrl.split('/').at(-1) ?? '';
  const body = JSON.stringify({ queueName, receiptHandle, delaySeconds } satisfies MessageCopy);
  const answer = await fetch(`${queueEngine}/_local/copies`, {
    method: 'POST',
    // The engine reads no other JSON type.
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body,
  });
  if (!answer.ok) throw new Error(`the queue engine answered ${answer.status}`);
  await answer.arrayBuffer();
}
