import { describe, expect, test } from 'vitest';
import { readBatchResponse } from '../../../../local/cloud/lambda/partial-batch.ts';

const batch = new Set(['a', 'b', 'c']);

describe("a function's answer to a batch", () => {
  test.each(['', 'null', '{}', '{"batchItemFailures":null}', '{"batchItemFailures":[]}'])(
    '%j: all messages are done',
    (payload) => {
      expect(readBatchResponse(payload, batch)).toEqual({ kind: 'done', failed: new Set() });
    },
  );

  test('the messages that it names have failed', () => {
    expect(readBatchResponse('{"batchItemFailures":[{"itemIdentifier":"b"}]}', batch)).toEqual({
      kind: 'done',
      failed: new Set(['b']),
    });
  });

  test.each([
    'not JSON',
    '"text"',
    '{"batchItemFailures":"b"}',
    '{"batchItemFailures":[{"itemIdentifier":""}]}',
    '{"batchItemFailures":[{"itemIdentifier":null}]}',
    '{"batchItemFailures":[{"id":"b"}]}',
    '{"batchItemFailures":[null]}',
    '{"batchItemFailures":[{"itemIdentifier":"stranger"}]}',
  ])('%j: the whole batch has failed', (payload) => {
    expect(readBatchResponse(payload, batch)).toEqual({ kind: 'failed' });
  });
});
