import { randomUUID } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** The stream of a table, as far as it is carried out: deletions of expired items. */
export interface TableStream {
  readonly arn: string;
  readonly viewType: StreamViewType;
}

type Item = Readonly<Record<string, AttributeValue>>;
/** In DynamoDB's JSON, binary values in base64. */
type ItemJson = Readonly<Record<string, unknown>>;

/**
 * A deletion by DynamoDB itself, in the form in which EventBridge Pipes hands records of a stream over.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Epoch seconds. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: ItemJson;
    /** Only where the stream's view includes it. */
    readonly OldImage?: ItemJson;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
  readonly userIdentity: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
  readonly eventSourceARN: string;
}

/**
 * Makes the record of an expired item's deletion.
 * @param sequence rises from deletion to deletion
 */
export function expiryRecord(
  stream: TableStream,
  key: Item,
  deleted: Item,
  at: { readonly region: string; readonly nowMilliseconds: number; readonly sequence: number },
): StreamRecord {
  const withImage = stream.viewType === 'OLD_IMAGE' || stream.viewType === 'NEW_AND_OLD_IMAGES';
  return {
    eventID: randomUUID().replaceAll('-', ''),
    eventName: 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: at.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at.nowMilliseconds / 1000),
      Keys: itemJson(key),
      ...(withImage && { OldImage: itemJson(deleted) }),
      // Sequence numbers have 21 to 40 digits, and sort as texts.
      SequenceNumber: `1${String(at.sequence).padStart(24, '0')}`,
      SizeBytes: itemBytes(key) + (withImage ? itemBytes(deleted) : 0),
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

/**
 * About the size that DynamoDB counts for an item.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function itemBytes(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.SS !== undefined) return sum(value.SS.map((text) => Buffer.byteLength(text)));
  if (value.NS !== undefined) return sum(value.NS.map(numberBytes));
  if (value.BS !== undefined) return sum(value.BS.map((bytes) => bytes.byteLength));
  // A list or map takes three bytes, and one for each entry.
  if (value.L !== undefined) return 3 + sum(value.L.map((entry) => 1 + valueBytes(entry)));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

/** One byte for two significant digits, and one more. */
function numberBytes(text: string): number {
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
