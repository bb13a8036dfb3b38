import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { onelinkProgram } from '../../../../cli/program.ts';
import { exitCodeOf } from '../../../../cli/terminal/exit-code.ts';
import { onelink } from '../in-process.ts';

const root = join(import.meta.dirname, '../../../..');

/** Every verb by its name: `parked list`. */
function verbsOf(program: Command, before: string[] = []): { words: string[]; verb: Command }[] {
  return program.commands.flatMap((verb) => {
    const words = [...before, verb.name()];
    return verb.commands.length === 0 ? [{ words, verb }] : verbsOf(verb, words);
  });
}
const verbs = verbsOf(onelinkProgram());
const flagsWithValue = verbs.flatMap(({ words, verb }) =>
  verb.options.flatMap(({ long, required }) => (required && long != null ? [[...words, long]] : [])),
);

const codeOf = async (words: string[]) => (await onelink(words)).status;

/** Runs a program of this repository as its npm script does. */
async function run(...args: string[]) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('an invalid command line ends with exit code 2', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each(verbs.map(({ words }) => words))('%s %s: an unknown flag', async (...words) => {
    expect(await codeOf([...words.filter(Boolean), '--no-such-flag'])).toBe(2);
  });

  test.each(flagsWithValue.map((words) => [words.join(' ')]))('%s: without its value', async (words) => {
    expect(await codeOf(words.split(' '))).toBe(2);
  });

  test.each([
    ['no verb at all', []],
    ['an unknown verb', ['statsu']],
    ['an unknown verb of a verb', ['parked', 'lst']],
    ['a verb that needs another', ['dead-letters']],
    ['a misspelt flag', ['verify', '--smple']],
    ['a misspelt flag of status', ['status', '--jason']],
    ['a flag that is missing', ['export']],
    ['an argument that is missing', ['get']],
    ['one argument too many', ['doctor', 'production']],
    ['a number that is none', ['verify', '--sample', 'many']],
    ['a number out of its range', ['status', '--watch', '0']],
    ['a date that is none', ['plan', '--links', '1', '--by', 'tomorrow']],
    ['a choice that is none', ['export', '--to', 'links.xml', '--format', 'xml']],
    ['a time-out of a wait that is not asked for', ['send', 'commands.ndjson', '--timeout', '10']],
    ['outcomes as JSON that are not waited for', ['send', 'commands.ndjson', '--json']],
    ['codes of a number of links that is not given', ['plan', 'commands.ndjson', '--qr', '10']],
    ['a yes to no question', ['quarantine', 'release', 'quarantine/crm/refused/1', '--yes']],
    ['two flags that exclude each other', ['verify', '--all', '--sample', '3']],
  ])('%s', async (_, words) => {
    expect(await codeOf(words)).toBe(2);
  });

  test.each(flagsWithValue.map((words) => [words.join(' ')]))('%s: with an empty value', async (words) => {
    const { status, stderr } = await onelink([...words.split(' '), '']);
    expect(stderr).toMatch(/is invalid|has an empty value/);
    expect(status).toBe(2);
  });

  test.each([
    ['an empty argument', ['get', ''], "an argument of 'get' is empty"],
    ['two lanes', ['send', 'a', '--lane', 'b', '--lane', 'c'], "'--lane <name>' is given twice, with different values"],
    ['a time-out of thirty years', ['send', 'a', '--wait', '--timeout', '1e9'], 'above 0, at most 1,814,400.'],
    ['standard output', ['export', '--to', '-'], 'The verb does not write to standard output.'],
  ])('the error for %s names it', async (_, words, error) => {
    const { status, stderr } = await onelink(words);
    expect(stderr).toContain(error);
    expect(status).toBe(2);
  });

  test('an option that is given twice with the same value is no error', async () => {
    expect(await codeOf(['plan', '--links', '10', '--links', '10'])).toBe(0);
  });

  test('the error for an option without effect names the option that it needs', async () => {
    const { stderr } = await onelink(['send', 'commands.ndjson', '--timeout', '10']);
    expect(stderr).toContain("error: option '--timeout' has no effect without option '--wait'\n");
  });

  test('send refuses another sender on AWS, and states who decides there', async () => {
    const { status, stderr } = await onelink(['send', 'commands.ndjson', '--as', 'studio']);
    expect(stderr).toContain(
      "error: option '--as' needs option '--local': on AWS, your credentials decide who the sender is\n",
    );
    expect(status).toBe(2);
  });

  test('help ends with exit code 0', async () => {
    expect(await codeOf(['verify', '--help'])).toBe(0);
  });

  test('a fault of the program never ends with exit code 1', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    const fault = new TypeError('undefined is not a function');
    expect(await exitCodeOf(() => Promise.reject(fault), false)).toBe(2);
    expect(printed).toHaveBeenCalledExactlyOnceWith(fault);
  });

  test.runIf(process.platform === 'linux')('output that the disk cannot hold', () => {
    const full = openSync('/dev/full', 'w');
    const args = ['bin/onelink.ts', 'plan', '--links', '10'];
    const { status: code, stderr } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect(String(stderr)).toBe('Standard output cannot be written: the disk is full.\n');
    expect(code).toBe(2);
  });

  test('a region that is none is reported without a stack', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const call = () =>
      new SQSClient({ region: 'eu west 1', credentials }).send(new ListQueuesCommand({})).then(() => 0);
    expect(await exitCodeOf(call, false)).toBe(2);
    expect(printed).toHaveBeenCalledExactlyOnceWith(
      'The AWS region is no region. Set AWS_REGION, or a region in the profile.',
    );
  });

  test.each([
    ['there is not', undefined, 'there is no such file'],
    ['is no TypeScript', 'const = 1', 'it cannot be loaded (line 1): '],
    ['exports nothing', 'export const x = 1', 'it exports no `config`'],
    ['has another shape', 'export const config = {}', 'stages: must be an object, in { }; got nothing'],
  ])('a configuration that %s', async (_, text, words) => {
    const folder = await mkdtemp(join(tmpdir(), 'configuration-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'config.ts');
    if (text !== undefined) await writeFile(file, text);
    vi.stubEnv('ONELINK_CONFIG', file);
    const { code, output } = await run('bin/onelink.ts', 'plan', '--links', '10').finally(() => vi.unstubAllEnvs());
    expect(output).toContain(`The configuration (${file}) cannot work:\n`);
    expect(output).toContain(`  ${words}`);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  });

  test('an unreachable network is reported without a stack', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    const down = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    expect(await exitCodeOf(() => Promise.reject(down), false)).toBe(2);
    expect(printed).toHaveBeenCalledExactlyOnceWith(
      'AWS cannot be reached (ENOTFOUND). Check the network, and that AWS_REGION is a region.',
    );
  });
});

describe('the npm scripts', () => {
  test.concurrent.each([
    [['bin/onelink.mjs', 'verify', '--smple'], "unknown option '--smple'"],
    [['local/start/main.ts', '--input', 'nofile'], '--input: nofile cannot be read: there is no such file.'],
    [['local/start/main.ts', '--stage', 'nope'], '--stage: must be one of the configured stages'],
    [['local/start/main.ts', '--storm'], '--weather-kinds and --storm need --weather'],
    [['local/start/main.ts', '--weather', '99999999999999999999'], 'It must be a whole number from 0 to 999,999,999.'],
    [['test/faults/main.ts', '--weather-kinds', 'nonsense'], 'No kind matches "nonsense". The kinds are dynamodb-'],
    [['test/faults/main.ts', '--weather', '99999999999999999999'], 'It must be a whole number'],
    [['test/model/main.ts', 'abc'], 'It must be a whole number from 1 to'],
    [['test/model/main.ts', '10', '7', 'x'], 'It must look like 17:2:0.'],
    [['test/bench/main.ts', 'speed'], 'Allowed choices are rate, full-rate, '],
    [['examples/generate-campaign.ts', 'abc'], 'too many arguments'],
    [['schemas/generate.ts', 'abc'], 'too many arguments'],
    [['local/onelink-api/main.ts', '--prot', '4570'], "unknown option '--prot'"],
  ])('%j ends with 2 and an error without a stack', async (args, words) => {
    const { code, output } = await run(...args);
    expect(output).toContain(words);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  });

  test.concurrent.each([
    ['test/model/main.ts', 'Usage: npm run test:model --'],
    ['examples/generate-campaign.ts', 'Usage: npm run campaign'],
    ['schemas/generate.ts', 'Usage: npm run schemas'],
  ])('%s --help prints only the help', async (file, words) => {
    const { code, output } = await run(file, '--help');
    expect(output).toContain(words);
    expect(output).not.toMatch(/all held|\.ndjson\n|schema\.json\n/);
    expect(code).toBe(0);
  });

  test.concurrent('a stage that does not exist is reported without a stack', async () => {
    const { code, output } = await run('node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '-c', 'stage=nope');
    expect(output).toContain('-c stage: must be one of the configured stages (production, staging); got nope');
    expect(output).not.toMatch(/^ +at /m);
    // The exit code of the CDK itself.
    expect(code).toBe(1);
  });
});
