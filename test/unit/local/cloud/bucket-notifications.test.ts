import { describe, expect, test } from 'vitest';
import {
  isNotified,
  notificationConfiguration,
  occursHere,
  queueNotifications,
} from '../../../../local/cloud/storage/bucket-notifications.ts';

const queue = 'arn:aws:sqs:us-east-1:000000000000:inbox';

/** Prefix and suffix as rules of a filter. */
const filter = (rules: Record<string, string>) => ({
  Filter: { S3Key: { Rules: Object.entries(rules).map(([Name, Value]) => ({ Name, Value })) } },
});
const created = (rules: Record<string, string> = {}, event = 's3:ObjectCreated:*') => ({
  Event: event,
  Queue: queue,
  ...filter(rules),
});
const read = (...QueueConfigurations: object[]) =>
  queueNotifications(notificationConfiguration.parse({ QueueConfigurations }), 'dropped');

test('each configuration is a notification, with an ID that S3 gives it', () => {
  expect(
    read(created({ Prefix: 'inbox/', suffix: '.csv' }), { Event: 's3:ObjectRemoved:Delete', Queue: queue }),
  ).toEqual([
    { id: 'dropped-1', queueArn: queue, event: 's3:ObjectCreated:*', prefix: 'inbox/', suffix: '.csv' },
    { id: 'dropped-2', queueArn: queue, event: 's3:ObjectRemoved:Delete', prefix: '', suffix: '' },
  ]);
});

describe('S3 refuses', () => {
  test.each([
    ['an unknown event', [created({}, 's3:ObjectMade:*')], 's3:ObjectMade:* is not an event of S3'],
    ['an event without its kind', [created({}, 's3:ObjectCreated')], 's3:ObjectCreated is not an event of S3'],
    ['a rule that is neither prefix nor suffix', [created({ infix: 'a' })], 'a prefix or a suffix, not infix'],
    ['two rules of one name', [created({ prefix: 'a', Prefix: 'b' })], 'a filter has one prefix at most'],
    ['a filter longer than a key', [created({ prefix: 'ü'.repeat(513) })], 'a filter has at most 1,024 bytes'],
    ['two configurations of one event', [created(), created()], 'overlap'],
    ['overlapping prefixes', [created({ prefix: 'inbox/' }), created({ prefix: 'inbox/crm/' })], 'overlap'],
    ['overlapping suffixes', [created({ suffix: '.csv' }), created({ suffix: 'a.csv' })], 'overlap'],
    ['an event within all of its kind', [created(), created({}, 's3:ObjectCreated:Put')], 'overlap'],
    [
      'a prefix and a suffix that one key can have both of',
      [created({ prefix: 'inbox/' }), created({ suffix: '.csv' })],
      'overlap',
    ],
  ])('%s', (_, configurations, message) => {
    expect(() => read(...configurations)).toThrow(message);
  });
});

describe('S3 takes', () => {
  test.each([
    ['prefixes apart', [created({ prefix: 'inbox/' }), created({ prefix: 'results/' })]],
    ['suffixes apart', [created({ suffix: '.csv' }), created({ suffix: '.ndjson' })]],
    ['one prefix, suffixes apart', [created({ prefix: 'a', suffix: '.csv' }), created({ prefix: 'a', suffix: '.gz' })]],
    ['events apart', [created(), created({}, 's3:ObjectRemoved:*')]],
  ])('%s', (_, configurations) => {
    expect(read(...configurations)).toHaveLength(2);
  });
});

test.each([
  ['s3:ObjectCreated:*', {}, 'ObjectCreated:Put', 'a', true],
  ['s3:ObjectCreated:Put', {}, 'ObjectCreated:Copy', 'a', false],
  ['s3:ObjectRemoved:*', {}, 'ObjectCreated:Put', 'a', false],
  ['s3:ObjectCreated:*', { prefix: 'inbox/' }, 'ObjectCreated:Put', 'inbox/a', true],
  ['s3:ObjectCreated:*', { prefix: 'inbox/' }, 'ObjectCreated:Put', 'Inbox/a', false],
  ['s3:ObjectCreated:*', { suffix: '.csv' }, 'ObjectCreated:Put', 'a.csv', true],
  ['s3:ObjectCreated:*', { suffix: '.csv' }, 'ObjectCreated:Put', 'a.CSV', false],
])('%s %o: %s of %s is notified: %s', (event, rules, name, key, expected) => {
  const [notification] = read(created(rules as Record<string, string>, event));
  expect(notification && isNotified(notification, name, key)).toBe(expected);
});

test('only creations and deletions of objects occur here', () => {
  const events = ['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete', 's3:ObjectTagging:*'];
  expect(events.map((event) => read(created({}, event)).every((one) => occursHere(one, false)))).toEqual([
    true,
    true,
    false,
  ]);
  // Only a versioned bucket makes delete markers.
  const [marked] = read(created({}, 's3:ObjectRemoved:DeleteMarkerCreated'));
  expect([false, true].map((isVersioned) => marked && occursHere(marked, isVersioned))).toEqual([false, true]);
});
