import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { expect, onTestFinished } from 'vitest';
import { sessionOf } from '../../../../local/cloud/access/caller.ts';
import { type LocalCloud, SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { test } from './fixture.ts';

const now = Date.parse('2031-05-04T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The calls of one client on the group `audit`. */
function logsOf(cloud: LocalCloud, accessKeyId?: string) {
  const client = new CloudWatchLogsClient({ ...cloud.clientConfig('cloudWatchLogs', accessKeyId), maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  const group = { logGroupName: 'audit' };
  return {
    create: (logStreamName: string, logGroupName = 'audit') =>
      client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })),
    put: (logStreamName: string, ...events: [timestamp: number, message: string][]) =>
      client.send(
        new PutLogEventsCommand({
          ...group,
          logStreamName,
          logEvents: events.map(([timestamp, message]) => ({ timestamp, message })),
        }),
      ),
    find: async (input: Partial<FilterLogEventsCommandInput> = {}) => {
      const { events = [], nextToken } = await client.send(new FilterLogEventsCommand({ ...group, ...input }));
      return { found: events.map(({ logStreamName, message }) => `${logStreamName} ${message}`), nextToken };
    },
  };
}

test('what is put into streams is found, by time, pattern and stream', async ({ opened: bench }) => {
  // Given a group with two streams
  new LogGroup(bench.stack, 'Audit', { logGroupName: 'audit' });
  const cloud = await bench.start({ clock: new SimulatedClock(now) });
  expect(cloud.notices).toEqual([]);
  const { create, put, find } = logsOf(cloud);
  expect(await find()).toEqual({ found: [], nextToken: undefined });
  await create('live');
  await create('quiet');

  // When events come, and one of them late
  await put(
    'live',
    [now - 3 * minute, '{"act":"pause","phase":"begun"}'],
    [now - minute, '{"act":"pause","phase":"ended"}'],
  );
  await put('quiet', [now - 2 * minute, 'a line\nand another']);

  // Then all are found in their order
  const first = ['live {"act":"pause","phase":"begun"}', 'quiet a line\nand another'];
  expect((await find()).found).toEqual([...first, 'live {"act":"pause","phase":"ended"}']);
  const page = await find({ limit: 2 });
  expect(page.found).toEqual(first);
  expect((await find({ nextToken: page.nextToken })).found).toEqual(['live {"act":"pause","phase":"ended"}']);
  expect((await find({ filterPattern: '{ $.phase = "begun" }' })).found).toEqual(first.slice(0, 1));
  expect((await find({ logStreamNames: ['quiet'] })).found).toEqual(first.slice(1));
  expect((await find({ logStreamNamePrefix: 'li', startTime: now - 2 * minute })).found).toHaveLength(1);
  expect((await find({ endTime: now - 2 * minute })).found).toEqual(first);
});

test('a stream takes no batch that CloudWatch Logs refuses', async ({ opened: bench }) => {
  new LogGroup(bench.stack, 'Audit', { logGroupName: 'audit' });
  const cloud = await bench.start({ clock: new SimulatedClock(now) });
  const { create, put, find } = logsOf(cloud);
  const error = (name: string, message: RegExp) => ({ name, message: expect.stringMatching(message) });

  await expect(put('live', [now, 'early'])).rejects.toMatchObject(error('ResourceNotFoundException', /stream/));
  await expect(create('live', 'unknown')).rejects.toMatchObject(error('ResourceNotFoundException', /group/));
  await expect(create('a:b')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await create('live');
  await expect(create('live')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
  for (const [events, message] of [
    [[], /logEvents/],
    [[[now, '']], /message/],
    [
      [
        [now, 'b'],
        [now - 1, 'a'],
      ],
      /chronological order/,
    ],
    [
      [
        [now - day - 1, 'a'],
        [now, 'b'],
      ],
      /24 hours/,
    ],
    [[[now, 'é'.repeat(524_276)]], /1048578 bytes exceeds/],
    [Array(8).fill([now, 'x'.repeat(131_072)]), /Upload too large: 1048784 bytes/],
    [Array(10_001).fill([now, 'x']), /logEvents/],
  ] satisfies [[number, string][], RegExp][]) {
    await expect(put('live', ...events)).rejects.toMatchObject(error('InvalidParameterException', message));
  }
  expect((await find()).found).toEqual([]);
  await put('live', [now, 'é'.repeat(524_275)]);
  expect((await find()).found).toHaveLength(1);
});

test('events too old or too new are left out, and the rest of their batch is kept for its time', async ({
  opened: bench,
}) => {
  // Given a group that keeps events for three days
  new LogGroup(bench.stack, 'Audit', { logGroupName: 'audit', retention: RetentionDays.THREE_DAYS });
  const clock = new SimulatedClock(now);
  const cloud = await bench.start({ clock });
  const { create, put, find } = logsOf(cloud);
  await create('live');

  // When a batch has events of all times
  const answer = await put(
    'live',
    [now - 15 * day, 'too old'],
    [now - 4 * day, 'expired'],
    [now, 'now'],
    [now + 2 * hour, 'in two hours'],
    [now + 2 * hour + minute, 'too new'],
  );

  // Then the answer names what was left out
  expect(answer.rejectedLogEventsInfo).toEqual({
    tooOldLogEventEndIndex: 1,
    expiredLogEventEndIndex: 2,
    tooNewLogEventStartIndex: 4,
  });
  expect((await find()).found).toEqual(['live now', 'live in two hours']);
  // And three days later the first has expired
  await clock.advance(3 * day + hour);
  expect((await find()).found).toEqual(['live in two hours']);
});

test('a caller reads and writes the streams and groups of its policies alone', async ({ opened: bench }) => {
  // Given somebody who may write one stream, and read the group, and somebody who may do both elsewhere
  new LogGroup(bench.stack, 'Audit', { logGroupName: 'audit' });
  const group = 'arn:aws:logs:us-east-1:000000000000:log-group';
  const may = (...Statement: { Action: string[]; Resource: string }[]) => [
    { Version: '2012-10-17', Statement: Statement.map((one) => ({ Effect: 'Allow', ...one })) },
  ];
  const writes = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const own = sessionOf(
    'arn:aws:iam::000000000000:role/acts',
    'acts',
    may(
      { Action: writes, Resource: `${group}:audit:log-stream:live` },
      { Action: ['logs:FilterLogEvents'], Resource: `${group}:audit:*` },
    ),
  );
  const other = sessionOf(
    'arn:aws:iam::000000000000:role/other',
    'other',
    may({ Action: [...writes, 'logs:FilterLogEvents'], Resource: `${group}:orders:*` }),
  );
  const cloud = await bench.start({ callers: { own, other }, clock: new SimulatedClock(now) });
  const [mine, theirs] = [logsOf(cloud, 'own'), logsOf(cloud, 'other')];

  await mine.create('live');
  await mine.put('live', [now, 'written']);
  expect((await mine.find()).found).toEqual(['live written']);
  const denied = { name: 'AccessDeniedException' };
  await expect(mine.create('another')).rejects.toMatchObject(denied);
  await expect(theirs.create('live')).rejects.toMatchObject(denied);
  await expect(theirs.put('live', [now, 'forged'])).rejects.toMatchObject(denied);
  await expect(theirs.find()).rejects.toMatchObject(denied);
});
