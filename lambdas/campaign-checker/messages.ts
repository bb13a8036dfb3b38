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

export type CheckerMessage = OwnMessage | { files: string[] } | 'unreadable';

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
  const notification = notificationSchema.safeParse(json).data;
  if (notification === undefined) return 'unreadable';
  const files = notification.Records.filter(
    ({ eventName, s3 }) => eventName.startsWith('ObjectCreated:') && s3.bucket.name === bucket,
  ).map(({ s3 }) => decoded(s3.object.key));
  return { files: [...new Set(files)] };
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
