import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { onelinkProgram } from '../../../cli/program.ts';
import { runDirectoryVariable } from '../../run/global-setup.ts';

const program = join(import.meta.dirname, '../../../bin/onelink.mjs');

/** Runs `onelink` as an operator would, with no AWS to be found. */
function onelink(args: string[], input = '') {
  const nowhere = join(import.meta.dirname, 'no-such-file');
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    // The same program is started dozens of times: compiled once, it starts in half the time.
    NODE_COMPILE_CACHE: process.env[runDirectoryVariable],
  };
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...args], { input, encoding: 'utf8', env });
  return { status, stderr, stdout };
}

/** What a verb prints with --help. */
function helpOf(words: string[]): string {
  const verb = words
    .filter((word) => word !== '--help')
    .reduce<Command>(
      (program, word) => program.commands.find((one) => one.name() === word) ?? expect.fail(word),
      onelinkProgram(),
    );
  let text = '';
  verb.configureOutput({ writeOut: (piece) => (text += piece), getOutHelpWidth: () => 80 });
  verb.outputHelp();
  return text;
}

describe('onelink send', () => {
  test('names every bad line and sends nothing', () => {
    const { status, stderr } = onelink(
      ['send', '-'],
      '{"source":"crm"}\nnope\n{"source":"loyalty"}\n[]\n{"action":"create"}\n',
    );
    expect(stderr.trim().split('\n')).toEqual([
      'line 2: is not JSON (character 1)',
      'line 3: its source is not one of the producers in lib/config/config.ts (crm, product, studio). Name the lane with --lane.',
      'line 4: is not a JSON object',
      'line 5: has no source to tell the lane by. Name the lane with --lane.',
      'Nothing was sent.',
    ]);
    expect(status).toBe(2);
  });

  test('counts the elements of an array, in words too, where they all stand in one line', () => {
    const { stderr } = onelink(['send', '-'], '[{"source":"crm"},{"source":"loyalty"},[]]');
    expect(stderr.trim().split('\n')).toEqual([
      'element 2: its source is not one of the producers in lib/config/config.ts (crm, product, studio). Name the lane with --lane.',
      'element 3: is not a JSON object',
      'Nothing was sent.',
    ]);
  });

  test('says when the file is not there', () => {
    const { status, stderr } = onelink(['send', '/does/not/exist.ndjson']);
    expect(stderr).toContain('/does/not/exist.ndjson cannot be read');
    expect(status).toBe(2);
  });

  test('says what to do without credentials', () => {
    const { status, stderr } = onelink(['send', '-'], '{"source":"crm"}');
    expect(stderr.trim()).toBe('No AWS credentials were found. Set AWS_PROFILE, or sign in with: aws sso login');
    expect(status).toBe(2);
  });

  test('documents its exit codes', () => {
    expect(onelink(['send', '--help']).stdout).toContain('Exit codes:\n  0  sent;');
  });
});

describe('the other verbs', () => {
  test.each([
    [['status', '--help'], 'Exit codes:\n  0  all is well'],
    [['doctor', '--help'], 'Examples:\n  onelink doctor\n'],
    [['plan', '--help'], 'onelink plan --links 2000000 --qr 20000'],
    [['pause', '--help'], '--reason <text>  why'],
    [['resume', '--help'], 'Examples:\n  onelink resume campaign --wait\n'],
    [['parked', 'list', '--help'], 'Examples:\n  onelink parked list\n'],
    [['quarantine', 'release', '--help'], '--drop'],
    [['parked', 'replay', '--help'], 'Exit codes:\n  0  nothing is parked any more\n'],
    [['trace', '--help'], '--show-links'],
    [['get', '--help'], '--show-data'],
    [['export', '--help'], 'Examples:\n  onelink export --to links.ndjson\n'],
    [['verify', '--help'], 'Exit codes:\n  0  equal, as far as it was looked at\n  1  there are differences\n'],
    [['dead-letters', '--help'], 'redrive [options]'],
    [['dead-letters', 'list', '--help'], 'Examples:\n  onelink dead-letters list\n'],
    [['dead-letters', 'redrive', '--help'], '--rate <number>   messages a second (default: 20)'],
    [['dead-letters', 'purge', '--help'], '--yes             do not ask'],
  ])('%j explains itself', (args, text) => {
    expect(helpOf(args)).toContain(text);
  });

  test('say what to do without credentials, or with a stack that nobody knows', () => {
    const credentials = 'No AWS credentials were found. Set AWS_PROFILE, or sign in with: aws sso login';
    expect(onelink(['verify'])).toEqual({ status: 2, stderr: `${credentials}\n`, stdout: '' });
    expect(onelink(['dead-letters', 'list'])).toEqual({ status: 2, stderr: `${credentials}\n`, stdout: '' });
    expect(onelink(['status'])).toEqual({ status: 2, stderr: `${credentials}\n`, stdout: '' });
    const unknown = onelink(['verify', '--stack', 'Nobody-knows']);
    expect(unknown.stderr).toMatch(/^Nobody-knows is not in lib\/config\/config\.ts, .* Name one of them with --stack/);
    expect(unknown.status).toBe(2);
  });

  test('plan needs no AWS, and says so by its exit code when a campaign does not fit', () => {
    const fits = onelink(['plan', '--links', '1000000']);
    expect([fits.status, fits.stderr]).toEqual([0, '']);
    expect(fits.stdout).toContain('13 % of the month’s 7,500,000 calls; with the whole month to spend: there is room');
    const parks = onelink(['plan', '--links', '7000000', '--json']);
    expect(parks.status).toBe(1);
    expect(JSON.parse(parks.stdout).room).toMatchObject({ verdict: 'parks', parked: 250_000 });
  });

  test('plan names twenty rows of a kind, says how many more there are, and --json names all', () => {
    const rows = '{"source":"crm"}\n'.repeat(23);
    const { status, stdout } = onelink(['plan', '-'], rows);
    expect(status).toBe(1);
    expect(stdout.match(/^line \d+: invalid/gm)).toHaveLength(20);
    expect(stdout).toContain('… and 3 more invalid: --json prints them all');
    expect(onelink(['plan', '-', '--json'], rows).stdout.match(/"kind":"row"/g)).toHaveLength(23);
  });

  test('plan counts the elements of an array, and says so', () => {
    const create = '{"source":"crm"}';
    const told = onelink(['plan', '-'], `[${create},7]`).stdout;
    expect(told).toMatch(/^element 1: invalid: /m);
    expect(told).toMatch(/^element 2: unreadable: /m);
    const rows = onelink(['plan', '-', '--json'], `[${create},7]`).stdout;
    expect(JSON.parse(rows.split('\n')[1] ?? '')).toMatchObject({ kind: 'row', line: 2, unit: 'element' });
  });

  test('take either a sample or all', () => {
    expect(onelink(['verify', '--all', '--sample', '3']).stderr).toContain(
      "'--all' cannot be used with option '--sample",
    );
  });
});
