import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { codeUnder, isThere, run } from '../../world/documented-code.ts';
import { httpApiOnLoopback } from '../../world/http-api-on-loopback.ts';
import { localQueues } from '../../world/local-queues.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';

/** A test of a language that this machine does not have is reported as skipped. */
const python = await isThere('python3', '--version');
const boto3 = python && (await isThere('python3', '-c', 'import boto3'));
const java = await isThere('java', '--source', '17', '--version');
const folder = await temporaryFolder(afterAll);

const runFile = async (program: string, file: string, code: string, environment: Record<string, string>) => {
  await writeFile(join(folder, file), code);
  return run(program, [file], { cwd: folder, environment });
};

describe.skipIf(!python)('the Python example over HTTP', () => {
  test('makes a link, after a failure as well, and names the faults of a command', async () => {
    // Given
    const { calls, failing, environment } = await httpApiOnLoopback(onTestFinished);
    failing.next = 1;
    const code = codeUnder('### Make a link over HTTP with Python', 'python');
    // When
    const printed = await runFile('python3', 'make.py', code, environment);
    // Then
    expect(printed).toMatch(/^done https:\/\/acme\.onelink\.me\/A1b3\/\w{12}\n$/);
    expect(calls.map(({ status }) => status)).toEqual([503, 200]);
    expect(calls[1]?.body).toBe(calls[0]?.body);
    // And
    const wrong = runFile('python3', 'wrong.py', code.replace('"pid": "sms", ', ''), environment);
    await expect(wrong).rejects.toMatchObject({
      stderr: expect.stringMatching(/order-2001: invalid-command: .*#\/data\/pid/),
    });
  });
});

describe.skipIf(!boto3)('the Python examples over SQS', () => {
  test('send many commands, and receive their outcomes', async () => {
    // Given
    const queues = await localQueues(onTestFinished);
    const [lane, outcomes] = [await queues.create('lane'), await queues.create('outcomes')];
    const environment = { ...queues.environment, QUEUE_URL: lane, OUTCOME_QUEUE_URL: outcomes };
    // When
    const sent = await runFile(
      'python3',
      'many.py',
      codeUnder('### Send many over SQS with Python', 'python'),
      environment,
    );
    const bodies = (await queues.bodies(lane)).map((body) => JSON.parse(body));
    await queues.send(outcomes, JSON.stringify({ outcome: 'rejected', requestId: 'spring-4713' }));
    const code = codeUnder('### Receive outcomes with Python', 'python');
    const received = await runFile('python3', 'outcomes.py', code, environment);
    // Then
    expect(sent).toBe('3 sent\n');
    expect(bodies.map(({ requestId }) => requestId).sort()).toEqual(['summer-4711', 'summer-4712', 'summer-4713']);
    expect(received).toBe('spring-4713 rejected None\n');
    expect(await queues.bodies(outcomes)).toEqual([]);
  });
});

describe.skipIf(!java)('the Java example', () => {
  test('makes a link over HTTP, after a failure as well', async () => {
    const { calls, failing, environment } = await httpApiOnLoopback(onTestFinished);
    failing.next = 1;
    const printed = await runFile('java', 'CreateLink.java', codeUnder('## Java', 'java'), environment);
    expect(JSON.parse(printed)).toMatchObject({ requestId: 'order-3001', status: 'done' });
    expect(calls.map(({ status }) => status)).toEqual([503, 200]);
  });
});
