import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const launcher = new URL('../../../bin/node-24.mjs', import.meta.url).href;

/** Prints each signal. It ends in good order after the first signal, and at once after the second. */
const patient = `
import '${launcher}';
let received = 0;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  console.log(signal);
  if (++received === 2) process.exit(130);
  setTimeout(() => process.exit(7), 400);
});
console.log('pid ' + process.pid);
setInterval(() => {}, 1000);
`;
const careless = `
import '${launcher}';
console.log('pid ' + process.pid);
setInterval(() => {}, 1000);
`;
/** The version that an operator has installed. */
const old = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'22.11.0'})";

describe.skipIf(process.platform === 'darwin')('a program that an older Node.js hands over to Node.js 24', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'launcher-'));
    writeFileSync(join(folder, 'patient.mjs'), patient);
    writeFileSync(join(folder, 'careless.mjs'), careless);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function started(program: string) {
    const child: ChildProcess = spawn(process.execPath, ['--import', old, join(folder, program)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let output = '';
    const ended = once(child, 'close').then(([code]) => ({ code, output }));
    const inner = await new Promise<number>((resolve) => {
      child.stdout?.on('data', (piece) => {
        output += piece;
        const pid = /pid (\d+)/.exec(output)?.[1];
        if (pid !== undefined) resolve(Number(pid));
      });
    });
    return { launcherPid: child.pid ?? 0, inner, ended };
  }
  const signalsIn = (output: string) => output.trim().split('\n').slice(1);

  test.each(['SIGINT', 'SIGTERM'] as const)('receives a %s that was sent only to the launcher', async (signal) => {
    const { launcherPid, inner, ended } = await started('patient.mjs');
    expect(inner).not.toBe(launcherPid);
    process.kill(launcherPid, signal);
    const { code, output } = await ended;
    expect(signalsIn(output)).toEqual([signal]);
    expect(code).toBe(7);
  });

  test('receives a Ctrl-C of the terminal once, although both processes get it', async () => {
    const { launcherPid, ended } = await started('patient.mjs');
    process.kill(-launcherPid, 'SIGINT');
    const { code, output } = await ended;
    expect(signalsIn(output)).toEqual(['SIGINT']);
    expect(code).toBe(7);
  });

  test('ends at once with the usual exit code without a handler', async () => {
    const { launcherPid, ended } = await started('careless.mjs');
    process.kill(launcherPid, 'SIGINT');
    expect((await ended).code).toBe(130);
  });
});
