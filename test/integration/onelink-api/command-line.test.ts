import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { adminClient } from '../../../local/onelink-api/admin-client.ts';

const main = fileURLToPath(new URL('../../../local/onelink-api/main.ts', import.meta.url));
const run = (...args: string[]) => spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

const failed = async (...args: string[]) => {
  const child = run(...args);
  let told = '';
  child.stderr.on('data', (piece) => {
    told += piece;
  });
  const [code] = await once(child, 'close');
  return { code, told };
};

describe('the command line', () => {
  it('Given a configuration file and flags, Then a parent reads the address, flags win, and SIGTERM stops it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onelink-api-'));
    const config = join(folder, 'settings.json');
    await writeFile(config, JSON.stringify({ accountId: 'acc-file', token: 'from-file', qrDataPrefix: false }));
    const child = run(
      '--port',
      '0',
      '--json',
      '--config',
      config,
      '--token',
      'flag',
      '--template',
      'Zz9=acme,a.example',
      '--rate',
      '7',
    );
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { origin, baseUrl, port, event } = JSON.parse(line);
    expect({ event, origin, baseUrl }).toEqual({
      event: 'listening',
      origin: `http://127.0.0.1:${port}`,
      baseUrl: `http://127.0.0.1:${port}/api/v2.0`,
    });
    expect(await adminClient(origin).settings()).toMatchObject({
      accountId: 'acc-file',
      token: 'flag',
      qrDataPrefix: false,
      templates: { Zz9: { subdomain: 'acme', brandDomains: ['a.example'] } },
      requestsPerSecond: 7,
      enforceLengths: true,
    });

    const taken = await failed('--port', String(port));
    expect(taken).toEqual({
      code: 2,
      told: `onelink-api: Port ${port} of 127.0.0.1 is taken. Choose another with --port.\n`,
    });

    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await rm(folder, { recursive: true });
  });

  it('Given a value that breaks a rule, Then it says which', async () => {
    expect(await failed('--port', '0', '--rate', '0')).toMatchObject({
      code: 2,
      told: expect.stringContaining('requestsPerSecond'),
    });
    expect(await failed('--port', '0', '--template', 'A1b3')).toMatchObject({
      code: 2,
      told: expect.stringContaining('A1b3=acme'),
    });
    expect(await failed('--port', '0', '--config', '/nowhere.json')).toMatchObject({
      code: 2,
      told: expect.stringContaining('/nowhere.json'),
    });
  });
});
