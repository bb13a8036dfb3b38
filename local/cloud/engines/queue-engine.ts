/** Program: SQS, SNS and S3 on loopback, by fauxqs. */
import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import { EngineAccess } from '../access/engine-access.ts';
import { serveBucketReads } from './bucket-reads.ts';
import { engineSettings, reportPort } from './child.ts';
import { arrange } from './fair-delivery.ts';
import { serveHttpSubscriptions, serveSubscriptionUrls } from './http-subscription-routes.ts';
import { HttpSubscriptions, type TopicCounts } from './http-subscriptions.ts';
import { holdsRefusedCharacter } from './message-characters.ts';
import { copyMessage, type MessageCopy } from './message-copies.ts';
import { MessageSenders } from './message-senders.ts';
import { readObjectBodies } from './object-bodies.ts';
import { ObjectEvents } from './object-events.ts';
import { serveObjectLists } from './object-lists.ts';
import { serveObjectReads } from './object-reads.ts';
import { ObjectVersions } from './object-versions.ts';
import { serveObjectWrites } from './object-writes.ts';
import { enforceAccess } from './queue-access.ts';
import { refuseForQueueType } from './queue-type-rules.ts';
import { serveVersionLists } from './version-lists.ts';
import { serveVersions } from './version-routes.ts';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Queue = ReturnType<Stores['sqsStore']['createQueue']>;

const settings = engineSettings(() => {
  processTimers();
  subscriptions.tick();
});

// fauxqs hides its stores. Its own start listens on all interfaces and returns queue URLs on `sqs.{region}.localhost`,
// which not every system resolves. Its internal classes let us listen on loopback, return plain 127.0.0.1 URLs (host
// ''), and read a queue's oldest message. The version is pinned.
const inside = async (file: string) => import(new URL(file, import.meta.resolve('fauxqs')).href);
const { SqsStore } = await inside('./sqs/sqsStore.js');
const stores = {
  sqsStore: new SqsStore(),
  snsStore: new (await inside('./sns/snsStore.js')).SnsStore(),
  s3Store: new (await inside('./s3/s3Store.js')).S3Store(),
} as Stores;
stores.sqsStore.host = '';
// fauxqs refuses every character above U+FFFF, emoji among them.
const { INVALID_MESSAGE_BODY_CHAR: itsRule } = (await inside('./sqs/sqsTypes.js')) as {
  INVALID_MESSAGE_BODY_CHAR: RegExp;
};
itsRule.test = holdsRefusedCharacter;

type Message = Parameters<Queue['enqueue']>[0];

// Counts the messages that producers send. A message that moves to its dead-letter queue is enqueued as well, but has
// been received before. SQS does not count it as sent either, and its age in the dead-letter queue begins with the
// move.
const sent = new Map<string, number>();
const expired = new Map<string, number>();
const moved = new WeakMap<Message, { atMilliseconds: number; receiveCount: number }>();
const access = new EngineAccess();
const senders = new MessageSenders(access);
const createQueue = stores.sqsStore.createQueue.bind(stores.sqsStore);
stores.sqsStore.createQueue = (...parameters) => {
  const queue = createQueue(...parameters);
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = (message) => {
    senders.entering(message);
    const receiveCount = message.approximateReceiveCount;
    if (receiveCount === 0) sent.set(queue.name, (sent.get(queue.name) ?? 0) + 1);
    else moved.set(message, { atMilliseconds: Date.now(), receiveCount });
    enqueue(message);
  };
  // At the limit SQS returns no messages: a long poll gets an empty answer, a short poll gets `OverLimit`. Lambda's
  // pollers make only long polls, and the pollers here act for them.
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (most, ...rest) => {
    queue.processTimers();
    const room = settings.mostInFlight - queue.inflightMessages.size;
    if (room <= 0) return [];
    if (!queue.isFifo()) arrange(queue, Math.min(most, room));
    return senders.leaving(queue, dequeue(Math.min(most, room), ...rest));
  };
  return queue;
};

const versions = new ObjectVersions();
versions.watch(stores.s3Store);
const objectEvents = new ObjectEvents(settings.region, versions, (queueArn, body, senderId) => {
  const queue = stores.sqsStore.getQueueByArn(queueArn);
  const message: Message = SqsStore.createMessage(body, {}, Number(queue?.attributes.DelaySeconds ?? 0));
  queue?.enqueue(Object.assign(message, { senderId }));
});
objectEvents.watch(stores.s3Store);

const { matchesFilterPolicy, matchesFilterPolicyOnBody } = await inside('./sns/filter.js');
const subscriptions = new HttpSubscriptions(
  stores,
  {
    region: settings.region,
    timeoutMilliseconds: (settings.receiverTimeoutSeconds ?? 15) * 1_000,
    receiverPort: settings.receiverPort,
  },
  {
    passes: ({ attributes: { FilterPolicy, FilterPolicyScope } }, { message, attributes }) => {
      if (!FilterPolicy) return true;
      const policy = JSON.parse(FilterPolicy);
      return FilterPolicyScope === 'MessageBody'
        ? matchesFilterPolicyOnBody(policy, message)
        : matchesFilterPolicy(policy, attributes);
    },
    bury: (queueArn, body, attributes) => {
      const queue = stores.sqsStore.getQueueByArn(queueArn);
      const texts = Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: 'String', StringValue: value },
      ]);
      queue?.enqueue(
        SqsStore.createMessage(body, Object.fromEntries(texts), Number(queue.attributes.DelaySeconds ?? 0)),
      );
      return queue !== undefined;
    },
  },
);

const app = buildApp({ logger: false, defaultRegion: settings.region, stores });
serveSubscriptionUrls(app, subscriptions, stores);
enforceAccess(app, access);
serveHttpSubscriptions(app, subscriptions, stores);
senders.serve(app);
refuseForQueueType(app);
serveVersionLists(app, stores.s3Store, versions);
serveBucketReads(app, settings.region, objectEvents, versions, (bucket) => stores.s3Store.hasBucket(bucket));
serveObjectLists(app, stores.s3Store);
readObjectBodies(app);
serveObjectReads(app, access, stores.s3Store, versions);
serveObjectWrites(app, stores.s3Store, versions);
serveVersions(app, stores.s3Store, versions, objectEvents);
objectEvents.serve(app, access);
app.get('/_local/queues', async () => {
  processTimers();
  return [...stores.sqsStore.allQueues()].map(count);
});
app.get('/_local/topics', async (): Promise<TopicCounts[]> => subscriptions.counts);
app.post('/_local/copies', async ({ body }) => ({
  copied: copyMessage(stores.sqsStore.allQueues(), body as MessageCopy),
}));

await app.listen({ port: 0, host: '127.0.0.1' });
// fauxqs checks visibility time-outs only during a receive. Without this call, the counts of a queue that nobody polls
// would be out of date.
setInterval(processTimers, 1000);
setInterval(() => subscriptions.tick(), 200);
const { port } = app.server.address() as AddressInfo;
subscriptions.origin = `http://127.0.0.1:${port}`;
reportPort(port);

function processTimers(): void {
  for (const queue of stores.sqsStore.allQueues()) {
    expire(queue);
    queue.processTimers();
  }
}

/**
 * Deletes the messages whose retention is over, which fauxqs does not do. As on SQS, the age of a message counts from
 * its first queue, even in a dead-letter queue.
 */
function expire(queue: Queue): void {
  const oldestMilliseconds = Date.now() - Number(queue.attributes.MessageRetentionPeriod) * 1000;
  const kept = (message: Message) => message.sentTimestamp > oldestMilliseconds;
  const held = () => queue.messages.length + queue.delayedMessages.length + queue.inflightMessages.size;
  const before = held();
  queue.messages = queue.messages.filter(kept);
  queue.delayedMessages = queue.delayedMessages.filter(kept);
  for (const [handle, { message }] of queue.inflightMessages) {
    if (!kept(message)) queue.deleteMessage(handle);
  }
  expired.set(queue.name, (expired.get(queue.name) ?? 0) + before - held());
}

/** The state of a queue at one moment. */
function count(queue: Queue) {
  let oldest = Number.POSITIVE_INFINITY;
  let mostReceives = 0;
  const consider = (message: Message) => {
    const move = moved.get(message);
    mostReceives = Math.max(mostReceives, message.approximateReceiveCount);
    // After three receives SQS moves a message to the back of the queue, and its age no longer counts.
    if (message.approximateReceiveCount - (move?.receiveCount ?? 0) > 3) return;
    oldest = Math.min(oldest, move?.atMilliseconds ?? message.sentTimestamp);
  };
  queue.messages.forEach(consider);
  for (const { message } of queue.inflightMessages.values()) consider(message);
  return {
    name: queue.name,
    visible: queue.messages.length,
    inFlight: queue.inflightMessages.size,
    delayed: queue.delayedMessages.length,
    /** Messages that producers and topics have sent since the start, without those that moved from another queue. */
    sent: sent.get(queue.name) ?? 0,
    /** Messages deleted since the start at the end of the queue's retention. */
    expired: expired.get(queue.name) ?? 0,
    /** The age of the oldest message in the queue, in flight or not. 0 if there is none. */
    oldestAgeSeconds: Number.isFinite(oldest) ? (Date.now() - oldest) / 1000 : 0,
    /** The highest receive count of the messages in the queue, in flight or not. 0 if there is none. */
    mostReceives,
  };
}

export type QueueCounts = ReturnType<typeof count>;
