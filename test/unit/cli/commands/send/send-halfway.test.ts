import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testFolder } from '../../../../world/test-folder.ts';

const program = join(import.meta.dirname, '../../../../../bin/onelink.mjs');
const command = (number: number) => `{"source":"crm","requestId":"r-${number}"}`;

interface Entry {
  Id: string;
  MessageBody: string;
}

/** What SQS does with a batch: accepts it, answers with an error, or runs the given function. */
type Treatment = 'take' | { status: number; type: string } | ((response: ServerResponse) => void);

/** The operations of CloudFormation and SQS that `send` needs, on loopback. */
async function givenAws(treat: (batch: number, bodies: string[]) => Treatment) {
  const taken: string[] = [];
  let batches = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (body.includes('Action=DescribeStacks')) {
      const outputs = {
        OutcomeTopicArn: 'arn:aws:sns:eu-central-1:1:t',
        QrBucketName: 'qr',
        LedgerTableName: 'ledger',
        CampaignQueueUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/1/campaign`,
      };
      const members = Object.entries(outputs).map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      );
      response.setHeader('content-type', 'text/xml');
      response.end(
        `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName><Outputs>${members.join('')}` +
          '</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>',
      );
      return;
    }
    const { Entries } = JSON.parse(body) as { Entries: Entry[] };
    const bodies = Entries.map(({ MessageBody }) => MessageBody);
    const treatment = treat(++batches, bodies);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (typeof treatment === 'function') {
      treatment(response);
    } else if (treatment === 'take') {
      taken.push(...bodies);
      const Successful = Entries.map(({ Id, MessageBody }) => {
        const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
        return { Id, MessageId: `m-${taken.length}-${Id}`, MD5OfMessageBody };
      });
      response.end(JSON.stringify({ Successful, Failed: [] }));
    } else {
      response.statusCode = treatment.status;
      response.end(JSON.stringify({ __type: treatment.type, message: 'so it is' }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint, taken, stop };
}

const at = testFolder();
let stops: (() => void)[];
beforeEach(() => {
  stops = [];
});
afterEach(() => {
  for (const stop of stops) stop();
});

/** Sends this many commands as an operator would. */
async function send(commands: number, treat: (batch: number, send: ChildProcess, bodies: string[]) => Treatment) {
  writeFileSync(at('spring.ndjson'), Array.from({ length: commands }, (_, index) => command(index + 1)).join('\n'));
  let child: ChildProcess | undefined;
  const aws = await givenAws((batch, bodies) => treat(batch, child as ChildProcess, bodies));
  stops.push(aws.stop);
  const env = {
    PATH: process.env.PATH,
    ONELINK_CONFIG: process.env.ONELINK_CONFIG,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  };
  child = spawn(process.execPath, [program, 'send', 'spring.ndjson'], { cwd: at(), env, stdio: 'pipe' });
  let printed = '';
  child.stderr?.on('data', (text) => {
    printed += text;
  });
  const status = await new Promise((resolve) => child?.on('exit', resolve));
  const rest = readdirSync(at()).filter((name) => name !== 'spring.ndjson');
  const notSent = rest.flatMap((name) => readFileSync(at(name), 'utf8').trim().split('\n'));
  return { status, printed: printed.trim().split('\n'), taken: aws.taken, rest, notSent };
}

/** Which of r-1, r-2, … */
const numbers = (bodies: string[]) => bodies.map((body) => Number(/r-(\d+)/.exec(body)?.[1])).sort((a, b) => a - b);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('onelink send that ends half-way', () => {
  test('prints how many and which lines were not sent, and keeps them in a file', { timeout: 30_000 }, async () => {
    const denied = { status: 403, type: 'com.amazonaws.sqs#AccessDeniedException' };
    const { status, printed, taken, rest, notSent } = await send(1_000, (batch) => (batch > 30 ? denied : 'take'));
    expect(numbers(taken)).toEqual(upTo(300));
    expect(numbers(notSent)).toEqual(upTo(1_000, 301));
    expect(rest).toEqual(['spring.not-sent.ndjson']);
    expect(printed[0]).toMatch(/^AWS denies access: so it is\. Ask /);
    expect(printed[1]).toBe('300 sent');
    expect(printed[2]).toMatch(/^700 not sent: lines 301-1,000 \(\d+ not tried, \d+ AccessDeniedException\)$/);
    expect(printed[3]).toBe(
      'They are in spring.not-sent.ndjson. When the cause is fixed, run: onelink send spring.not-sent.ndjson',
    );
    expect(status).toBe(4);
  });

  test('sends nothing if AWS denies the first batch', { timeout: 30_000 }, async () => {
    const denied = { status: 403, type: 'com.amazonaws.sqs#AccessDeniedException' };
    const { status, printed, rest } = await send(25, () => denied);
    expect(printed.at(-1)).toMatch(/^Nothing was sent \(/);
    expect(rest).toEqual([]);
    expect(status).toBe(2);
  });

  test('reports the batches under way after Ctrl-C, too', { timeout: 30_000 }, async () => {
    const { status, printed, taken, notSent } = await send(1_000, (batch, child) => {
      if (batch === 20) child.kill('SIGINT');
      return 'take';
    });
    expect(numbers([...taken, ...notSent])).toEqual(upTo(1_000));
    expect(notSent.length).toBeGreaterThan(0);
    expect(printed[0]).toBe('Interrupted.');
    expect(status).toBe(4);
  });

  test('reports which messages SQS may have after a lost connection', { timeout: 30_000 }, async () => {
    const { status, printed, taken, notSent } = await send(100, (batch) =>
      batch > 4 ? (response) => response.destroy() : 'take',
    );
    expect(taken).toHaveLength(40);
    expect(numbers(notSent)).toEqual(upTo(100).filter((number) => !numbers(taken).includes(number)));
    expect(printed.join('\n')).toContain('SQS may have 60 of them');
    expect(status).toBe(4);
  });

  test('sends everything except what SQS refuses', { timeout: 30_000 }, async () => {
    const refused = { status: 400, type: 'com.amazonaws.sqs#InvalidMessageContents' };
    const { status, printed, taken, notSent } = await send(30, (_, __, bodies) =>
      bodies.includes(command(7)) ? refused : 'take',
    );
    expect(taken).toHaveLength(29);
    expect(notSent).toEqual([command(7)]);
    expect(printed).toContain('1 not sent: line 7 (1 InvalidMessageContents)');
    expect(status).toBe(4);
  });
});

describe('onelink send', () => {
  /** Sends input from a pipe, by name or as standard input. */
  async function piped(words: string, input: Buffer) {
    const { PATH, ONELINK_CONFIG } = process.env;
    const env = { PATH, ONELINK_CONFIG, AWS_REGION: 'eu-central-1', NODE: process.execPath, PROGRAM: program };
    const child = spawn('bash', ['--norc', '-c', words], { cwd: at(), env, stdio: 'pipe' });
    child.stdin.end(input);
    let printed = '';
    child.stderr.on('data', (text) => {
      printed += text;
    });
    const status = await new Promise((resolve) => child.on('exit', resolve));
    return { status, printed: printed.trim().split('\n') };
  }
  const latin1 = Buffer.from('{"source":"crm"}\n{"source":"crm","c":"S\xe3o"}', 'latin1');

  test.each([
    ['standard input', '"$NODE" "$PROGRAM" send -'],
    ['a pipe of the shell', '"$NODE" "$PROGRAM" send <(cat)'],
  ])('refuses what is not UTF-8 in %s, by line and byte', { timeout: 30_000 }, async (_, words) => {
    expect(await piped(words, latin1)).toEqual({
      status: 2,
      printed: [
        'line 2: is not UTF-8: byte 23 is 0xE3. Save the file as UTF-8 (for instance: iconv -f WINDOWS-1252 -t UTF-8)',
        'Nothing was sent.',
      ],
    });
  });
});
