import * as z from 'zod';

/** A message of the checker's own: a file to open, or a check to continue. */
const ownSchema = z.union([
  z.strictObject({ open: z.string() }),
  z.strictObject({ continue: z.strictObject({ source: z.string(), name: z.string(), drop: z.int() }) }),
]);
export type OwnMessage = z.infer<typeof ownSchema>;

/** S3's event notification. A message may hold several events, and each has one object. */
const notificationSchema = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
    }),
  ),
});
/** S3 sends it once, when the notification is configured. */
const testSchema = z.object({ Event: z.literal('s3:TestEvent') });

/** A message that neither S3 nor the checker has sent, or that is about something else. Its kind is all that a log may have of it. */
export type ForeignKind =
  | 'not-json'
  | 'unknown-json'
  | 's3-event-of-another-bucket'
  | 's3-event-of-another-kind'
  | 'sns-notification'
  | 'eventbridge-event';

/** `unreadable`: the checker's own, in a form that this release does not know. */
export type CheckerMessage = OwnMessage | { files: string[] } | { foreign: ForeignKind } | 'unreadable';

export const ownMessage = (message: OwnMessage) => JSON.stringify(message);

/**
 * What a message of the campaign queue asks for.
 *
 * @param bucket the campaign bucket. Events of other buckets are left out
 */
export function readMessage(body: string, bucket: string): CheckerMessage {
  const json = jsonOf(body);
  const own = ownSchema.safeParse(json).data;
  if (own) return own;
  if (testSchema.safeParse(json).success) return { files: [] };
  const { Records = [] } = notificationSchema.safeParse(json).data ?? {};
  if (Records.length === 0) return strange(json);
  const ofBucket = Records.filter(({ s3 }) => s3.bucket.name === bucket);
  if (ofBucket.length === 0) return { foreign: 's3-event-of-another-bucket' };
  const created = ofBucket.filter(({ eventName }) => eventName.startsWith('ObjectCreated:'));
  if (created.length === 0) return { foreign: 's3-event-of-another-kind' };
  return { files: [...new Set(created.map(({ s3 }) => decoded(s3.object.key)))] };
}

/** A later release may know more fields of the checker's own messages. After a rollback they wait for it, as dead letters. */
function strange(json: unknown): { foreign: ForeignKind } | 'unreadable' {
  if (json === undefined) return { foreign: 'not-json' };
  if (typeof json !== 'object' || json === null) return { foreign: 'unknown-json' };
  if ('open' in json || 'continue' in json) return 'unreadable';
  if ('TopicArn' in json) return { foreign: 'sns-notification' };
  return { foreign: 'detail-type' in json ? 'eventbridge-event' : 'unknown-json' };
}

/** S3 writes keys as in a URL's query: a blank is a plus sign. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
