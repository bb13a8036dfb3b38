import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { AuditBucket } from '../../../../lambdas/adapters/audit-bucket.ts';
import { AuditLog } from '../../../../lambdas/adapters/audit-log.ts';
import type { LocalCloud } from '../../../../local/cloud/cloud.ts';
import { ServiceError } from '../../../../local/cloud/services/wire.ts';
import { LogStreams, logStreamInputs } from '../../../../local/cloud/telemetry/log-streams.ts';
import { serverOnLoopback } from '../../../world/loopback.ts';
import { openBench } from '../../local/cloud/fixture.ts';
import { clientSettings } from './given-engines.ts';

const key = 'audit/2026/11/28/6f1f6d3e-58b1-4a5c-9d8e-2f6f0e4c7a10/000001-begun.json';
const now = Date.parse('2026-11-28T10:00:00Z');
const day = 86_400_000;

let cloud: LocalCloud;
beforeAll(async () => {
  const bench = await openBench(afterAll);
  new Bucket(bench.stack, 'Audit', { bucketName: 'audit', versioned: true });
  new LogGroup(bench.stack, 'AuditLog', { logGroupName: 'audit' });
  cloud = await bench.start();
});

describe('the audit bucket', () => {
  const client = () => {
    const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
    onTestFinished(() => s3.destroy());
    return s3;
  };

  test('takes one record under a key, and keeps it when another comes', async () => {
    const s3 = client();
    const bucket = new AuditBucket(s3, 'audit');

    expect(await bucket.add(key, '{"first":true}')).toBe(true);
    expect(await bucket.add(key, '{"first":false}')).toBe(false);

    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'audit', Key: key }));
    expect([ContentType, await Body?.transformToString()]).toEqual(['application/json', '{"first":true}']);
  });

  test('of two records that come together takes one', async () => {
    const bucket = new AuditBucket(client(), 'audit');
    const together = ['a', 'b'].map((record) => bucket.add(key.replace('000001', '000002'), JSON.stringify(record)));
    expect((await Promise.all(together)).sort()).toEqual([false, true]);
  });

  /** S3 that answers each PUT with the next of these codes, and with 200 after them. */
  async function givenAnswers(...codes: ('ConditionalRequestConflict' | 'PreconditionFailed' | 'AccessDenied')[]) {
    const status = { ConditionalRequestConflict: 409, PreconditionFailed: 412, AccessDenied: 403 };
    const puts: (string | undefined)[] = [];
    const { origin } = await serverOnLoopback((request, response) => {
      puts.push(request.headers['if-none-match']);
      const code = codes[puts.length - 1];
      request.resume().on('end', () => {
        if (code === undefined) response.writeHead(200).end();
        else response.writeHead(status[code]).end(`<Error><Code>${code}</Code><Message>No.</Message></Error>`);
      });
    }, onTestFinished);
    const s3 = new S3Client({ ...clientSettings(origin), forcePathStyle: true });
    onTestFinished(() => s3.destroy());
    return { bucket: new AuditBucket(s3, 'audit'), puts };
  }

  test('repeats a record that meets another PUT for its key, and learns who came first', async () => {
    const itself = await givenAnswers('ConditionalRequestConflict', 'ConditionalRequestConflict');
    expect(await itself.bucket.add(key, '{}')).toBe(true);
    expect(itself.puts).toEqual(['*', '*', '*']);

    const other = await givenAnswers('ConditionalRequestConflict', 'PreconditionFailed');
    expect(await other.bucket.add(key, '{}')).toBe(false);
    expect(other.puts).toHaveLength(2);
  });

  test('does not have a record if the other PUT does not end, or if S3 refuses it', async () => {
    const conflict = 'ConditionalRequestConflict';
    const busy = await givenAnswers(conflict, conflict, conflict);
    await expect(busy.bucket.add(key, '{}')).rejects.toMatchObject({ name: conflict });
    expect(busy.puts).toHaveLength(3);

    const denied = await givenAnswers('AccessDenied');
    await expect(denied.bucket.add(key, '{}')).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(denied.puts).toHaveLength(1);
  });
});

describe('the audit log', () => {
  test('writes over the wire, and needs its group', async () => {
    const logs = new CloudWatchLogsClient(cloud.clientConfig('cloudWatchLogs'));
    onTestFinished(() => logs.destroy());
    const at = Date.now();
    const log = new AuditLog(logs, 'audit');
    await log.add('{"part":1}', at);
    await log.add('{"part":2}', at);
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: 'audit' }));
    expect(events.map(({ message }) => message)).toEqual(['{"part":1}', '{"part":2}']);
    await new AuditLog(logs, 'nobody').add('{}', at).then(
      () => expect.fail('there is no such group'),
      (error) => expect(error).toMatchObject({ name: 'ResourceNotFoundException' }),
    );
  });

  /** The local cloud's CloudWatch Logs without the wire. Its groups can be deleted, and made anew. */
  function givenLogs() {
    const groupOf = (days?: number) => new LogStreams(new Map([['audit', days]]), { now: () => now });
    const none = new LogStreams(new Map(), { now: () => now });
    const world = { streams: groupOf(), calls: [] as string[], failures: [] as string[] };
    const send = async (command: { input: unknown; constructor: { name: string } }) => {
      world.calls.push(command.constructor.name);
      const failure = world.failures.shift();
      if (failure !== undefined && failure !== '') throw Object.assign(new Error(failure), { name: failure });
      try {
        const creates = command.constructor.name === 'CreateLogStreamCommand';
        if (creates) return world.streams.create(logStreamInputs.create.parse(command.input));
        return world.streams.put(logStreamInputs.put.parse(command.input));
      } catch (error) {
        throw error instanceof ServiceError ? Object.assign(error, { name: error.code }) : error;
      }
    };
    const texts = () => world.streams.events('audit').map(({ text }) => text);
    const log = new AuditLog({ send } as unknown as CloudWatchLogsClient, 'audit');
    return { world, log, texts, groupOf, none };
  }
  const [creates, puts] = ['CreateLogStreamCommand', 'PutLogEventsCommand'];

  test('creates its stream once', async () => {
    const { world, log, texts } = givenLogs();
    await log.add('one', now);
    await log.add('two', now);
    expect(texts()).toEqual(['one', 'two']);
    expect(world.calls).toEqual([creates, puts, puts]);
  });

  test('takes a stream that exists for its own, because the client repeats a request without an answer', async () => {
    const { world, log, texts } = givenLogs();
    const { streams } = world;
    // The first attempt arrived, and the second one reports it.
    const create = streams.create.bind(streams);
    streams.create = (input) => {
      create(input);
      return create(input);
    };
    await log.add('one', now);
    expect(texts()).toEqual(['one']);
  });

  test('writes to a new stream if its own is gone', async () => {
    const { world, log, texts, groupOf } = givenLogs();
    await log.add('one', now);
    world.streams = groupOf();
    await log.add('two', now);
    await log.add('three', now);
    expect(texts()).toEqual(['two', 'three']);
    expect(world.calls.slice(2)).toEqual([puts, creates, puts, puts]);
  });

  test('fails without its group, and writes again when there is one', async () => {
    const { world, log, texts, groupOf, none } = givenLogs();
    await log.add('one', now);
    world.streams = none;
    await expect(log.add('two', now)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(log.add('three', now)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    world.streams = groupOf();
    await log.add('four', now);
    expect(texts()).toEqual(['four']);
  });

  test('fails if its stream cannot be created, and tries again with the next record', async () => {
    const { world, log, texts } = givenLogs();
    world.failures = ['ServiceUnavailableException'];
    await expect(log.add('one', now)).rejects.toThrow('ServiceUnavailableException');
    await log.add('two', now);
    expect(texts()).toEqual(['two']);
    expect(world.calls).toEqual([creates, creates, puts]);
  });

  test('fails if CloudWatch Logs cannot take a record, and keeps its stream', async () => {
    const { world, log, texts } = givenLogs();
    world.failures = ['', 'ThrottlingException'];
    await expect(log.add('one', now)).rejects.toThrow('ThrottlingException');
    await log.add('two', now);
    expect(texts()).toEqual(['two']);
    expect(world.calls).toEqual([creates, puts, puts]);
  });

  test.each([
    ['older than 14 days', now - 15 * day],
    ['more than two hours ahead', now + 3 * 3_600_000],
  ])('fails for a record that is %s, which the answer names without an error', async (_, at) => {
    const { log, texts } = givenLogs();
    await expect(log.add('one', at)).rejects.toThrow('the log group refused the record');
    expect(texts()).toEqual([]);
  });
});
