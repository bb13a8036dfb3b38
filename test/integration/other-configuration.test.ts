import type { ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkout } from '../world/checkout.ts';
import { startProgram } from '../world/program.ts';

let folder: string;
beforeAll(async () => {
  folder = await checkout();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const configure = (text: string) => writeFile(join(folder, 'lib/config/config.ts'), text);

const start = (...args: string[]) => startProgram(folder, ...args);

const onelink = (...words: string[]) => start('bin/onelink.mjs', ...words).ended;
const npmStart = ['--import', './bin/node-24.mjs', 'local/start/main.ts'];

test('the demo runs even if lib/config/config.ts is invalid', { timeout: 60_000 }, async () => {
  await configure('export const config = "nothing yet";');
  const { code, err } = await start(...npmStart, '--stage', 'nope').ended;
  expect(err).toBe('--stage: must be one of the configured stages (production, staging), not nope\n');
  expect(code).toBe(2);
});

describe('with another company in lib/config/config.ts', () => {
  let run: ReturnType<typeof start>;
  beforeAll(async () => {
    const text = await readFile(join(import.meta.dirname, '../world/other-configuration.ts'), 'utf8');
    await configure(text.replace("'../../lib/config/config-schema.ts'", "'./config-schema.ts'"));
    run = start(...npmStart, '--config', 'lib/config/config.ts', '--limit', '120', '--keep', '--quiet');
    process.once('exit', () => run.child.kill());
    await keptRun(run.child);
  }, 180_000);
  afterAll(async () => {
    run.child.kill('SIGINT');
    await run.ended;
  });

  async function keptRun(child: ChildProcess): Promise<void> {
    while (child.exitCode === null) {
      const kept = await readFile(join(folder, '.local/endpoints.json'), 'utf8').catch(() => undefined);
      if (kept !== undefined) return;
      await sleep(100);
    }
    throw new Error(`npm start ended with ${child.exitCode}:\n${run.printed.err}`);
  }

  test('a local run synthesises its lanes, processes its commands and accounts for all of them', async () => {
    const summary = JSON.parse(await readFile(join(folder, '.local/out/summary.json'), 'utf8'));
    expect(summary).toMatchObject({ commands: 120, unaccounted: 0 });
    expect(run.printed).toEqual({ out: '', err: '' });
    const { stackName, outputs } = JSON.parse(await readFile(join(folder, '.local/endpoints.json'), 'utf8'));
    expect(stackName).toBe('ShortUrls-live');
    const queues = Object.keys(outputs).filter((name) => /^[A-Z][a-z0-9]*QueueUrl$/.test(name));
    expect(queues.sort()).toEqual(['Bulk2QueueUrl', 'InstantQueueUrl', 'NightlyQueueUrl']);
  });

  test('plan accepts its commands, and calculates with its shares', { timeout: 60_000 }, async () => {
    const { code, out } = await onelink('plan', '.local/made-commands.ndjson', '--json');
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ kind: 'plan' });
    expect(code).toBe(0);
  });

  test('status shows its lanes, and exits with 0', { timeout: 60_000 }, async () => {
    const { code, out } = await onelink('status', '--local');
    for (const lane of ['instant', 'nightly', 'bulk2']) expect(out).toContain(lane);
    expect(code).toBe(0);
  });

  test('a verb with --local uses the configuration of the local run, even if lib/config/config.ts changes later', {
    timeout: 60_000,
  }, async () => {
    await configure("export { config } from '../../examples/configuration.ts';");
    const { code, err } = await onelink('verify', '--local');
    expect(err).not.toContain('is not in');
    expect(code).toBe(0);
  });
});
