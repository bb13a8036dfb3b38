import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { timeDilationFor } from '../../bench/items/full-rate.ts';
import { loading } from '../../bench/world/probe.ts';

const since = Date.UTC(2026, 0, 1);

/** What a process with slower clocks sees, while the machine's clock counts `machine` milliseconds. */
function inDilatedTime(factor: number, wait: string) {
  const program = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { promisify } from 'node:util';
    import net from 'node:net';
    const machine = () => Number(process.hrtime.bigint()) / 1e6;
    const [from, monotonic, wall] = [machine(), performance.now(), Date.now()];
    await ${wait};
    const seen = { machine: machine() - from, monotonic: performance.now() - monotonic, wall: Date.now() - wall };
    console.log(JSON.stringify({ ...seen, now: Date.now(), created: new Date().getTime(), given: new Date(5).getTime() }));`;
  const parameters = { factor: String(factor), since: String(since) };
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [loading('time-dilation', parameters), '--input-type=module', '--eval', program],
    { encoding: 'utf8', env: {} },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<'machine' | 'monotonic' | 'wall' | 'now' | 'created' | 'given', number>;
}

describe('a process whose clocks run slower', () => {
  test.each([
    ['a timer', 'new Promise((resolve) => setTimeout(resolve, 40))'],
    ['a promised timer', 'sleep(40)'],
    ['a promisified timer', 'promisify(setTimeout)(40)'],
    ['an interval', 'new Promise((resolve) => { const it = setInterval(() => resolve(clearInterval(it)), 40); })'],
    [
      'a connection that idles',
      'new Promise((resolve) => net.createServer((one) => one.setTimeout(40, resolve)).listen(0, "127.0.0.1", function () { net.connect(this.address().port, "127.0.0.1"); })).then(() => setImmediate(() => process.exit()))',
    ],
  ])('%s takes as many times longer as the clocks say', (_name, wait) => {
    const seen = inDilatedTime(5, wait);
    expect(seen.monotonic).toBeGreaterThanOrEqual(39);
    expect(seen.machine / seen.monotonic).toBeCloseTo(5, 0);
    expect(seen.wall).toBeGreaterThanOrEqual(38);
  });

  test('counts its calendar from the given instant on, and leaves other dates alone', () => {
    const { now, created, given } = inDilatedTime(10, '0');
    const elapsed = Date.now() - since;
    expect(now - since).toBeLessThanOrEqual(elapsed / 10);
    expect(now - since).toBeGreaterThan(elapsed / 10 - 60_000);
    expect(created).toBeGreaterThanOrEqual(now);
    expect(given).toBe(5);
  });
});

test('the clocks run as many times slower as the cores are too few for the limit', () => {
  expect(timeDilationFor(1000, 2)).toBe(3);
  expect(timeDilationFor(500, 2)).toBe(2);
  expect(timeDilationFor(150, 2)).toBe(1);
  expect(timeDilationFor(1000, 16)).toBe(1);
});
