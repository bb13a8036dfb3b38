import { z } from 'zod';

/** The events that objects cause here. `*` stands for all of a kind. */
const createdEvents = ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'] as const;
const removedEvents = ['Delete', 'DeleteMarkerCreated'] as const;

/** Events of S3 that never occur here, because their cause does not exist here. */
const otherEvents = [
  's3:IntelligentTiering',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
  's3:LifecycleTransition',
  's3:ObjectAcl:Put',
  's3:ObjectRestore:*',
  's3:ObjectRestore:Completed',
  's3:ObjectRestore:Delete',
  's3:ObjectRestore:Post',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Delete',
  's3:ObjectTagging:Put',
  's3:ReducedRedundancyLostObject',
  's3:Replication:*',
  's3:Replication:OperationFailedReplication',
  's3:Replication:OperationMissedThreshold',
  's3:Replication:OperationNotTracked',
  's3:Replication:OperationReplicatedAfterThreshold',
] as const;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const eventNames: ReadonlySet<string> = new Set([
  's3:ObjectCreated:*',
  ...createdEvents.map((name) => `s3:ObjectCreated:${name}`),
  's3:ObjectRemoved:*',
  ...removedEvents.map((name) => `s3:ObjectRemoved:${name}`),
  ...otherEvents,
]);

const rule = z.looseObject({
  Name: z.string().transform((name) => name.toLowerCase()),
  /** S3 takes keys of at most 1,024 bytes. */
  Value: z.string().refine((value) => Buffer.byteLength(value) <= 1_024, 'a filter has at most 1,024 bytes'),
});
const queueConfiguration = z.looseObject({
  Event: z.string(),
  Queue: z.string(),
  Filter: z.looseObject({ S3Key: z.looseObject({ Rules: z.array(rule) }) }).optional(),
});

/** The part of `AWS::S3::Bucket.NotificationConfiguration` that is implemented: events go to queues. */
export const notificationConfiguration = z.looseObject({ QueueConfigurations: z.array(queueConfiguration).optional() });

/** Which events of a bucket go to which queue. */
export interface QueueNotification {
  /** S3 names each configuration that has no ID. */
  readonly id: string;
  readonly queueArn: string;
  /** `s3:ObjectCreated:*` */
  readonly event: string;
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * The notifications of a bucket.
 * @throws what S3 refuses: an unknown event, a filter that it does not have, configurations that overlap
 */
export function queueNotifications(
  { QueueConfigurations = [] }: z.output<typeof notificationConfiguration>,
  bucket: string,
): QueueNotification[] {
  const notifications = QueueConfigurations.map(({ Event, Queue, Filter }, index): QueueNotification => {
    if (!eventNames.has(Event)) throw new Error(`${Event} is not an event of S3`);
    const filters = new Map<string, string>();
    for (const { Name, Value } of Filter?.S3Key.Rules ?? []) {
      if (Name !== 'prefix' && Name !== 'suffix')
        throw new Error(`a filter's rule is a prefix or a suffix, not ${Name}`);
      if (filters.has(Name)) throw new Error(`a filter has one ${Name} at most`);
      filters.set(Name, Value);
    }
    const [prefix = '', suffix = ''] = [filters.get('prefix'), filters.get('suffix')];
    return { id: `${bucket}-${index + 1}`, queueArn: Queue, event: Event, prefix, suffix };
  });
  for (const [index, one] of notifications.entries()) {
    if (notifications.slice(index + 1).some((other) => overlap(one, other))) {
      throw new Error(`two configurations of ${one.event} overlap: S3 sends an event to one queue only`);
    }
  }
  return notifications;
}

/** Whether anything here causes this configured event. */
export function occursHere({ event }: QueueNotification, isVersioned: boolean): boolean {
  if (event === 's3:ObjectRemoved:DeleteMarkerCreated') return isVersioned;
  return !otherEvents.includes(event as (typeof otherEvents)[number]);
}

/** Whether one event on one key could match both. */
function overlap(one: QueueNotification, other: QueueNotification): boolean {
  return (
    (covers(one.event, other.event) || covers(other.event, one.event)) &&
    (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)) &&
    (one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix))
  );
}

/** Whether a configured event, such as `s3:ObjectCreated:*`, stands for this event. */
function covers(configured: string, event: string): boolean {
  return configured.endsWith(':*') ? event.startsWith(configured.slice(0, -1)) : configured === event;
}

/**
 * Whether a notification is for an event on a key.
 * @param event without `s3:`, as in the event's record: `ObjectCreated:Put`
 */
export function isNotified(
  { event: configured, prefix, suffix }: QueueNotification,
  event: string,
  key: string,
): boolean {
  return covers(configured, `s3:${event}`) && key.startsWith(prefix) && key.endsWith(suffix);
}
