import type { buildApp } from 'fauxqs';
import { serviceOf } from '../access/caller.ts';
import type { EngineAccess } from '../access/engine-access.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Queue = ReturnType<Stores['sqsStore']['createQueue']>;
type Message = Parameters<Queue['enqueue']>[0] & { senderId?: string };
type Received = ReturnType<Queue['dequeue']>;

interface Sent {
  MessageAttributes?: object;
  readonly MessageGroupId?: string;
}
interface Send extends Sent {
  readonly Entries?: readonly Sent[];
}

/** What fauxqs drops between a send and the queue. */
interface Mark {
  readonly senderId: string;
  readonly groupId: string | undefined;
}

/**
 * Gives each message the `SenderId` of its sender. fauxqs has one ID for all. What a topic delivers has the ID of SNS.
 * It also gives messages of standard queues their `MessageGroupId`, which fauxqs keeps only in FIFO queues.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
export class MessageSenders {
  readonly #access: EngineAccess;
  // fauxqs passes the object of a message's attributes on to the queue.
  readonly #marks = new WeakMap<object, Mark>();
  readonly #received = new WeakMap<object, string>();
  readonly #topics = serviceOf('sns.amazonaws.com').senderId;

  constructor(access: EngineAccess) {
    this.#access = access;
  }

  /** Call it with each message that enters a queue, before it does. A moved message keeps its sender. */
  entering(message: Message): void {
    if (message.senderId !== undefined) return;
    const mark = this.#marks.get(message.messageAttributes);
    message.senderId = mark?.senderId ?? this.#topics;
    if (mark?.groupId !== undefined) message.messageGroupId ??= mark.groupId;
  }

  /** Call it with the messages of each receive. */
  leaving(queue: Queue, messages: Received): Received {
    for (const received of messages) {
      const message: Message | undefined = queue.inflightMessages.get(received.ReceiptHandle)?.message;
      if (message?.senderId !== undefined) this.#received.set(received, message.senderId);
    }
    return messages;
  }

  serve(app: App): void {
    app.addHook('preHandler', async (request) => {
      const action = request.headers['x-amz-target'];
      if (action !== 'AmazonSQS.SendMessage' && action !== 'AmazonSQS.SendMessageBatch') return;
      const { senderId } = this.#access.callerOf(request.headers, request.url);
      const body = request.body as Send;
      for (const sent of Array.isArray(body.Entries) ? (body.Entries as Sent[]) : [body]) {
        sent.MessageAttributes ??= {};
        this.#marks.set(sent.MessageAttributes, { senderId, groupId: sent.MessageGroupId });
      }
    });
    app.addHook('preSerialization', async (request, _reply, answer) => {
      if (request.headers['x-amz-target'] !== 'AmazonSQS.ReceiveMessage') return answer;
      const { Messages = [] } = answer as { Messages?: { Attributes?: { SenderId?: string } }[] };
      for (const received of Messages) {
        const senderId = this.#received.get(received);
        if (received.Attributes?.SenderId !== undefined && senderId !== undefined) {
          received.Attributes.SenderId = senderId;
        }
      }
      return answer;
    });
  }
}
