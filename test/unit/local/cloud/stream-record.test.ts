import { expect, test } from 'vitest';
import { expiryRecord } from '../../../../local/cloud/storage/stream-record.ts';

const at = { region: 'eu-west-1', nowMilliseconds: 1_800_000_000_999, sequence: 7 };

test('a stream record is in the JSON of DynamoDB', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const key = { pk: { S: 'k' } };

  const record = expiryRecord(
    { arn: 'arn:stream', viewType: 'OLD_IMAGE' },
    key,
    {
      ...key,
      n: { N: '-1200.50' },
      b: { B: bytes },
      bs: { BS: [bytes] },
      l: { L: [{ M: { b: { B: bytes } } }] },
      no: { NULL: true },
    },
    at,
  );

  expect(record.dynamodb).toEqual({
    ApproximateCreationDateTime: 1_800_000_000,
    Keys: { pk: { S: 'k' } },
    OldImage: {
      pk: { S: 'k' },
      n: { N: '-1200.50' },
      b: { B: 'AQID' },
      bs: { BS: ['AQID'] },
      l: { L: [{ M: { b: { B: 'AQID' } } }] },
      no: { NULL: true },
    },
    SequenceNumber: '1000000000000000000000007',
    StreamViewType: 'OLD_IMAGE',
  });
});

test.each(['KEYS_ONLY', 'NEW_IMAGE'] as const)(
  'a stream of %s shows the key of a deleted item, and no image',
  (viewType) => {
    const { dynamodb } = expiryRecord({ arn: 'arn:stream', viewType }, { pk: { S: 'k' } }, { pk: { S: 'k' } }, at);

    expect(dynamodb).toMatchObject({ Keys: { pk: { S: 'k' } } });
    expect(dynamodb).not.toHaveProperty('OldImage');
  },
);
