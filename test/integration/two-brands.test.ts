import { readFile, rm } from 'node:fs/promises';
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

const start = (...args: string[]) => startProgram(folder, ...args);

describe('two brands on one account, side by side', () => {
  let run: ReturnType<typeof start>;
  beforeAll(async () => {
    const options = ['--config', 'examples/two-brands.ts', '--limit', '60', '--keep', '--quiet'];
    run = start('--import', './bin/node-24.mjs', 'local/start/main.ts', ...options);
    process.once('exit', () => run.child.kill());
    while (run.child.exitCode === null) {
      if (await readFile(join(folder, '.local/endpoints.json')).catch(() => undefined)) return;
      await sleep(100);
    }
    throw new Error(`npm start ended with ${run.child.exitCode}:\n${run.printed.err}`);
  }, 240_000);
  afterAll(async () => {
    run.child.kill('SIGINT');
    await run.ended;
  });

  test('carry out the commands of both, together within the account’s limits', async () => {
    const summary = JSON.parse(await readFile(join(folder, '.local/out/summary.json'), 'utf8'));
    expect(summary).toMatchObject({ commands: 120, unaccounted: 0, deadLetters: 0, rateLimited: 0 });
    expect(summary.maxCallsInOneSecond).toBeLessThanOrEqual(summary.budgetPerSecond.links);
    expect(summary.maxQrCallsInOneSecond).toBeLessThanOrEqual(summary.budgetPerSecond.qr);
    const sources = (await readFile(join(folder, '.local/out/outcomes.ndjson'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).source);
    expect(new Set(sources)).toEqual(new Set(['crm', 'studio']));
    // A failed check, such as a call that no policy permits, is on stderr.
    expect(run.printed).toEqual({ out: '', err: '' });
  });

  test('have a status each, by --stack', { timeout: 120_000 }, async () => {
    for (const [stack, lanes] of [
      ['Acme-production', ['campaign', 'expiry', 'qr', 'transactional']],
      ['Globex-production', ['campaign', 'expiry', 'qr']],
    ] as const) {
      const { code, out } = await start('bin/onelink.mjs', 'status', '--local', '--stack', stack, '--json').ended;
      expect(code).toBe(0);
      const shown: { lane: string }[] = JSON.parse(out).lanes;
      expect(shown.map(({ lane }) => lane).sort()).toEqual(lanes);
    }
  });
});
