import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adminClient } from '../../../../local/onelink-api/admin-client.ts';
import { defaultSettings } from '../../../../local/onelink-api/settings.ts';
import { temporaryFolder } from '../../../world/temporary-folder.ts';

const main = fileURLToPath(new URL('../../../../local/onelink-api/main.ts', import.meta.url));
const run = (...args: string[]) => spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

const failed = async (...args: string[]) => {
  const child = run(...args);
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code, stderr };
};

const readme = await readFile(new URL('../../../../local/onelink-api/README.md', import.meta.url), 'utf8');
const flagsIn = (text: string) => new Set(text.match(/(?<![\w-])--[a-z][a-z\d-]+/g));

describe('the command line', () => {
  it('Given its README and its help, Then both name every setting and every flag', async () => {
    const child = run('--help');
    const help = await text(child.stdout);
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    for (const setting of Object.keys(defaultSettings)) {
      const row = rows.find((line) => line.includes(`\`${setting}\``));
      const [flag] = flagsIn(row ?? '');
      expect(flag, `the flag of ${setting}`).toBeDefined();
      expect(flagsIn(help)).toContain(flag);
    }
    const others = ['--help', '--port', '--host', '--json', '--config', '--silent'];
    expect([...flagsIn(help)].filter((flag) => !flagsIn(rows.join()).has(flag)).sort()).toEqual(others.sort());
  });

  it('Given npm --silent, When a parent asks for JSON, Then standard output is that one line', async () => {
    const root = fileURLToPath(new URL('../../../..', import.meta.url));
    const child = spawn('npm', ['run', '--silent', 'onelink-api', '--', '--port', '0', '--json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    child.stdout.once('data', () => process.kill(-(child.pid ?? 0), 'SIGTERM'));
    expect(JSON.parse(await text(child.stdout))).toMatchObject({ event: 'listening' });
  });

  it('Given a file without an object of settings, or an unknown flag, Then the exit code is that of a usage error', async () => {
    const folder = await temporaryFolder(onTestFinished);
    for (const content of ['null', '[]', '{"nulls":null}', '{']) {
      await writeFile(join(folder, 'settings.json'), content);
      expect(await failed('--port', '0', '--config', join(folder, 'settings.json'))).toMatchObject({ code: 2 });
    }
    expect(await failed('--prot', '0')).toMatchObject({ code: 2, stderr: expect.stringContaining('--prot') });
  });

  it('Given a file and flags, Then a parent reads the address, flags override the file, and SIGTERM stops it', async () => {
    const folder = await temporaryFolder(onTestFinished);
    const config = join(folder, 'settings.json');
    await writeFile(config, JSON.stringify({ accountId: 'acc-file', token: 'from-file', qrDataPrefix: false }));
    const flags = '--port 0 --json --token flag --template Zz9=acme,a.example --rate 7 --v1-taken-id 409'.split(' ');
    const child = run(...flags, '--config', config);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { origin, baseUrl, v1BaseUrl, port, event } = JSON.parse(line);
    expect({ event, origin, baseUrl, v1BaseUrl }).toEqual({
      event: 'listening',
      origin: `http://127.0.0.1:${port}`,
      baseUrl: `http://127.0.0.1:${port}/api/v2.0`,
      v1BaseUrl: `http://127.0.0.1:${port}/shortlink/v1`,
    });
    expect(await adminClient(origin).settings()).toMatchObject({
      accountId: 'acc-file',
      token: 'flag',
      qrDataPrefix: false,
      templates: { Zz9: { subdomain: 'acme', brandDomains: ['a.example'] } },
      requestsPerSecond: 7,
      v1TakenId: 409,
      enforceLengths: true,
    });

    const taken = await failed('--port', String(port));
    expect(taken).toEqual({
      code: 2,
      stderr: `onelink-api: Port ${port} of 127.0.0.1 is in use. Choose another port with --port.\n`,
    });

    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('Given a value that breaks a rule, Then the error names it', async () => {
    for (const [flag, value, named] of [
      ['--rate', '0', 'requestsPerSecond'],
      ['--v1-taken-id', '404', 'Allowed choices are 400, 409'],
      ['--template', 'A1b3', 'A1b3=acme'],
      ['--config', '/nowhere.json', '/nowhere.json'],
    ] as const) {
      expect(await failed('--port', '0', flag, value)).toEqual({ code: 2, stderr: expect.stringContaining(named) });
    }
  });
});
