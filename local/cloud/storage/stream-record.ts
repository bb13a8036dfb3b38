import { randomUUID } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** The stream of a table. It has only deletions of expired items. */
export interface TableStream {
  readonly arn: string;
  readonly viewType: StreamViewType;
}

type Item = Readonly<Record<string, AttributeValue>>;
/** In DynamoDB's JSON, with binary values in base64. */
type ItemJson = Readonly<Record<string, unknown>>;

/**
 * A deletion of an expired item by DynamoDB itself, in the form of Lambda's stream records, without their size in bytes.
 * @param sequence increases with each deletion
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export function expiryRecord(
  stream: TableStream,
  key: Item,
  deleted: Item,
  at: { readonly region: string; readonly nowMilliseconds: number; readonly sequence: number },
) {
  const withImage = stream.viewType === 'OLD_IMAGE' || stream.viewType === 'NEW_AND_OLD_IMAGES';
  return {
    eventID: randomUUID().replaceAll('-', ''),
    eventName: 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: at.region,
    dynamodb: {
      /** Epoch seconds. */
      ApproximateCreationDateTime: Math.floor(at.nowMilliseconds / 1000),
      Keys: itemJson(key),
      // Only if the stream's view includes it.
      ...(withImage && { OldImage: itemJson(deleted) }),
      // Sequence numbers have 21 to 40 digits, and sort as text.
      SequenceNumber: `1${String(at.sequence).padStart(24, '0')}`,
      StreamViewType: stream.viewType,
    },
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    eventSourceARN: stream.arn,
  };
}

function itemJson(item: Item): ItemJson {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueJson(value)]));
}

function valueJson(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(valueJson) };
  if (value.M !== undefined) return { M: itemJson(value.M) };
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

export type StreamRecord = ReturnType<typeof expiryRecord>;
