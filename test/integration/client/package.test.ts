import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeUnder, run } from '../../world/documented-code.ts';
import { httpApiOnLoopback } from '../../world/http-api-on-loopback.ts';
import { installPackage } from '../../world/installed-package.ts';
import { localQueues } from '../../world/local-queues.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';

const root = join(import.meta.dirname, '../../..');
const folder = await temporaryFolder(afterAll);
const api = await httpApiOnLoopback(afterAll);
const queues = await localQueues(afterAll);
/** A project with the package and nothing else, and one with what the package depends on. */
const [bare, whole] = [join(folder, 'bare'), join(folder, 'whole')];
const place = (project: string) => join(project, 'node_modules/onelink-pipeline');

beforeAll(async () => {
  await installPackage(bare, []);
  await installPackage(whole, ['zod', '@aws-sdk/client-sqs', '@types/node']);
  for (const project of [bare, whole]) await writeFile(join(project, 'package.json'), '{ "type": "module" }');
}, 300_000);

const runIn = async (project: string, file: string, code: string, environment: Record<string, string>) => {
  await writeFile(join(project, file), code);
  return run(process.execPath, [file], { cwd: project, environment });
};

describe('the package', () => {
  test('holds what it exports, and no tests', async () => {
    const { exports, bin } = JSON.parse(await readFile(join(place(bare), 'package.json'), 'utf8'));
    const files = await readdir(place(bare), { recursive: true });
    const named = [exports['.'], exports['./client'], bin].flatMap((one) => Object.values<string>(one));
    expect(named.filter((file) => !files.includes(join(file)))).toEqual([]);
    expect(files).toContain(join('dist/schemas/openapi.json'));
    expect(files.filter((file) => /\.test\.ts$|^test|^\.local|cdk\.out|\.env/.test(file))).toEqual([]);
  });

  test('makes a link over HTTP from plain JavaScript, without any other package', async () => {
    const code = `
      import { httpLinks } from 'onelink-pipeline/client';
      const links = httpLinks({ url: process.env.ONELINK_URL, key: process.env.ONELINK_KEY });
      const command = { requestId: 'plain-1', onelinkId: 'A1b3', data: { pid: 'sms' } };
      const first = await links.create(command, { waitSeconds: 20 });
      const again = await links.create(command, { waitSeconds: 20 });
      console.log(first.status, first.link.shortUrl === again.link.shortUrl);
      const many = [1, 2, 3].map((n) => ({ ...command, requestId: 'plain-many-' + n, ...(n === 2 && { data: {} }) }));
      const results = await links.createMany(many);
      console.log(results.map(({ error }) => error?.reason ?? 'sent').join(' '));
      console.log(results[1].error.faults[0].pointer);
    `;
    expect(await runIn(bare, 'plain.js', code, api.environment)).toBe(
      'done true\nsent invalid-command sent\n#/data/pid\n',
    );
  });

  test('sends to SQS and receives outcomes from plain JavaScript', async () => {
    const [lane, outcomes] = [await queues.create('plain-lane'), await queues.create('plain-outcomes')];
    await queues.send(outcomes, JSON.stringify({ outcomeId: 'o-1', outcome: 'created', requestId: 'plain-2' }));
    const code = `
      import { receiveOutcomes, sqsLinks } from 'onelink-pipeline/client';
      const links = sqsLinks({ source: 'crm', queueUrl: process.env.QUEUE_URL });
      const { requestId } = await links.create({ requestId: 'plain-2', onelinkId: 'A1b3', data: { pid: 'sms' } });
      const stop = new AbortController();
      await receiveOutcomes({ queueUrl: process.env.OUTCOME_QUEUE_URL, signal: stop.signal }, (outcome) => {
        console.log(requestId, outcome.outcome);
        stop.abort();
      });
    `;
    const environment = { ...queues.environment, QUEUE_URL: lane, OUTCOME_QUEUE_URL: outcomes };
    expect(await runIn(whole, 'plain-sqs.js', code, environment)).toBe('plain-2 created\n');
    expect((await queues.bodies(lane)).map((body) => JSON.parse(body))).toEqual([
      expect.objectContaining({ source: 'crm', requestId: 'plain-2', action: 'create' }),
    ]);
    expect(await queues.bodies(outcomes)).toEqual([]);
  });
});

const examples = {
  http: codeUnder('### Make a link over HTTP', 'ts'),
  many: codeUnder('### Send many over SQS', 'ts'),
  outcomes: codeUnder('### Receive outcomes', 'ts'),
};

describe('the TypeScript examples of docs/clients.md', () => {
  test('fit the declarations of the package', async () => {
    for (const [name, code] of Object.entries(examples)) await writeFile(join(whole, `${name}.ts`), code);
    await writeFile(join(whole, 'wrong.ts'), examples.http.replace("pid: 'sms', ", ''));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    const files = [...Object.keys(examples), 'wrong'].map((name) => `${name}.ts`);
    const check = run(process.execPath, [tsc, ...options, ...files], { cwd: whole, environment: {} });
    // A link without a media source does not compile. Nothing else is wrong.
    const found = await check.catch(({ stdout }: { stdout: string }) => stdout);
    expect(found.match(/^\S+\.ts/gm)).toEqual(['wrong.ts']);
    expect(found).toContain("'pid'");
  });

  test('make a link over HTTP', async () => {
    expect(await runIn(whole, 'http.ts', examples.http, api.environment)).toMatch(
      /^done https:\/\/acme\.onelink\.me\/A1b3\/\w{12}\n$/,
    );
  });

  test('send many over SQS', async () => {
    const lane = await queues.create('example-lane');
    expect(await runIn(whole, 'many.ts', examples.many, { ...queues.environment, QUEUE_URL: lane })).toBe('3 sent\n');
    const ids = (await queues.bodies(lane)).map((body) => JSON.parse(body).requestId);
    expect(ids.sort()).toEqual(['spring-4711', 'spring-4712', 'spring-4713']);
  });

  test('receive outcomes', async () => {
    const outcomes = await queues.create('example-outcomes');
    const link = { shortUrl: 'https://acme.onelink.me/A1b3/x' };
    await queues.send(outcomes, JSON.stringify({ outcomeId: 'o', outcome: 'created', requestId: 'spring-4713', link }));
    const environment = { ...queues.environment, OUTCOME_QUEUE_URL: outcomes };
    expect(await runIn(whole, 'outcomes.ts', examples.outcomes, environment)).toBe(
      'spring-4713 created https://acme.onelink.me/A1b3/x\n',
    );
  });
});
