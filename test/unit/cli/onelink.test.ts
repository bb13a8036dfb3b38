import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onelink } from './in-process.ts';

describe('onelink send', () => {
  test('runs as a process, reads its input, names every faulty line and sends nothing', () => {
    const program = join(import.meta.dirname, '../../../bin/onelink.mjs');
    const { status, stderr } = spawnSync(process.execPath, [program, 'send', '-'], {
      input: '{"source":"crm"}\nnope\n{"source":"loyalty"}\n[]\n{"action":"create"}\n',
      encoding: 'utf8',
    });
    expect(stderr.trim().split('\n')).toEqual([
      'line 2: is not JSON (character 1): no command; a command is one JSON object: {…}',
      'line 3: its source is not one of the configured producers (crm, product, studio). Name the lane with --lane.',
      'line 4: is not a JSON object',
      'line 5: has no source, which decides the lane. Name the lane with --lane.',
      'Nothing was sent.',
    ]);
    expect(status).toBe(2);
  });

  test('counts and names the elements of an array that are all in one line', async () => {
    const { stderr } = await onelink(['send', '-'], '[{"source":"crm"},{"source":"loyalty"},[]]');
    expect(stderr.trim().split('\n')).toEqual([
      'element 2: its source is not one of the configured producers (crm, product, studio). Name the lane with --lane.',
      'element 3: is not a JSON object',
      'Nothing was sent.',
    ]);
  });

  test('reports a file that does not exist', async () => {
    const { status, stderr } = await onelink(['send', '/does/not/exist.ndjson']);
    expect(stderr).toContain('/does/not/exist.ndjson cannot be read');
    expect(status).toBe(2);
  });

  test('prints what to do without credentials', async () => {
    const { status, stderr } = await onelink(['send', '-'], '{"source":"crm"}');
    expect(stderr.trim()).toBe('No AWS credentials were found. Set AWS_PROFILE, or sign in with: aws sso login');
    expect(status).toBe(2);
  });

  test('documents its exit codes', async () => {
    expect((await onelink(['send', '--help'])).stdout).toContain('Exit codes:\n  0  sent;');
  });
});

describe('onelink pause', () => {
  test.each([
    ['nothing but blanks', '  '],
    ['a control character', 'rates \u001b[31mchange'],
    ['a second line', 'rates change\nnow'],
    ['a mark that turns the line around', 'rates \u202echange'],
    ['more than a line holds', 'x'.repeat(501)],
  ])('refuses %s as its reason', async (_, reason) => {
    const { status, stderr } = await onelink(['pause', 'campaign', '--reason', reason]);
    expect(stderr).toMatch(/^--reason must .* Nothing was paused\.$/m);
    expect(status).toBe(2);
  });
});

describe('the other verbs', () => {
  test.each([
    [['status', '--help'], 'Exit codes:\n  0  every lane is open'],
    [['doctor', '--help'], 'Examples:\n  onelink doctor\n'],
    [['plan', '--help'], 'onelink plan --links 2000000 --qr 20000'],
    [['campaign', '--help'], 'start [options] <file>'],
    [['campaign', 'start', '--help'], '0  started; with --wait: and every row is done, none is rejected or failed\n'],
    [['campaign', 'list', '--help'], 'Examples:\n  onelink campaign list\n'],
    [['campaign', 'show', '--help'], '1  some rows are, or the file is refused, or the campaign was cancelled\n'],
    [['campaign', 'approve', '--help'], 'Exit codes:\n  0  the campaign is sending\n  2  the verb failed'],
    [['campaign', 'pause', '--help'], '--reason <text>  why'],
    [['campaign', 'resume', '--help'], 'Exit codes:\n  0  the campaign is not paused\n'],
    [['campaign', 'cancel', '--help'], '1  you did not confirm it\n'],
    [['campaign', 'results', '--help'], '0  the file is complete, and the campaign has ended\n'],
    [['campaign', 'codes', '--help'], '0  every row that asks for a code has it\n'],
    [['campaign', 'retire', '--help'], '0  the deletion has started, or no link is left\n'],
    [['pause', '--help'], '--reason <text>  why'],
    [['resume', '--help'], 'Examples:\n  onelink resume campaign --wait\n'],
    [['parked', 'list', '--help'], 'Examples:\n  onelink parked list\n'],
    [['quarantine', 'release', '--help'], '--drop'],
    [['parked', 'replay', '--help'], 'Exit codes:\n  0  nothing is parked\n'],
    [['senders', 'list', '--help'], 'Exit codes:\n  0  no commands are held\n  1  commands are held\n'],
    [['senders', 'confirm', '--help'], '--source <name>  the source that its commands name'],
    [['senders', 'reject', '--help'], 'They end as rejected (sender-not-allowed)'],
    [['senders', 'identify', '--help'], 'aws sts get-caller-identity | onelink senders identify\n'],
    [['trace', '--help'], '--show-links'],
    [['get', '--help'], '--show-data'],
    [['export', '--help'], 'Examples:\n  onelink export --to links.ndjson\n'],
    [['verify', '--help'], 'Exit codes:\n  0  all checked links are equal\n  1  there are differences\n'],
    [['dead-letters', '--help'], 'redrive [options]'],
    [['dead-letters', 'list', '--help'], 'Examples:\n  onelink dead-letters list\n'],
    [['dead-letters', 'redrive', '--help'], '--rate <number>   messages per second (default: 20)'],
    [['dead-letters', 'purge', '--help'], '--yes             delete without a confirmation'],
  ])('%j explains itself', async (args, text) => {
    expect(await onelink(args)).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(text) });
  });

  test('print what to do without credentials, or for an unknown stack', async () => {
    const stderr = 'No AWS credentials were found. Set AWS_PROFILE, or sign in with: aws sso login\n';
    for (const verb of [['verify'], ['dead-letters', 'list'], ['status']]) {
      expect(await onelink(verb)).toEqual({ status: 2, stderr, stdout: '' });
    }
    const unknown = await onelink(['verify', '--stack', 'Nobody-knows']);
    expect(unknown.stderr).toMatch(
      /^Nobody-knows is not in examples\/configuration\.ts, .* Name one of them with --stack/,
    );
    expect(unknown.status).toBe(2);
  });

  test('plan needs no AWS, and ends with exit code 1 if a campaign does not fit', async () => {
    const fits = await onelink(['plan', '--links', '1000000']);
    expect([fits.status, fits.stderr]).toEqual([0, '']);
    expect(fits.stdout).toContain(
      '13 % of the month’s 7,500,000 calls; the whole month’s quota is left: there is room',
    );
    const parks = await onelink(['plan', '--links', '7000000', '--json']);
    expect(parks.status).toBe(1);
    expect(JSON.parse(parks.stdout).room).toMatchObject({ result: 'parks', parked: 250_000 });
  });

  test('plan takes a number of deletes, which need quota and keep no record of a link', async () => {
    const fits = await onelink(['plan', '--deletes', '75000', '--lane', 'transactional']);
    expect([fits.status, fits.stderr]).toEqual([0, '']);
    expect(fits.stdout).toMatch(/^transactional {3}75,000 calls: /m);
    expect(fits.stdout).toContain('quota           1.0 % of the month’s 7,500,000 calls');
    expect(fits.stdout).not.toContain('expiry checks');
    const both = await onelink(['plan', '--deletes', '1', '--links', '1']);
    expect([both.status, both.stderr]).toEqual([2, 'Name one of a file, --links and --deletes.\n']);
  });

  test('plan names twenty rows of a kind and the number of the others, and --json names all', async () => {
    const rows = '{"source":"crm"}\n'.repeat(23);
    const { status, stdout } = await onelink(['plan', '-'], rows);
    expect(status).toBe(1);
    expect(stdout.match(/^line \d+: invalid/gm)).toHaveLength(20);
    expect(stdout).toContain('… and 3 more invalid: --json prints them all');
    expect((await onelink(['plan', '-', '--json'], rows)).stdout.match(/"kind":"row"/g)).toHaveLength(23);
  });

  test('plan counts and names the elements of an array', async () => {
    const create = '{"source":"crm"}';
    const { stdout: printed } = await onelink(['plan', '-'], `[${create},7]`);
    expect(printed).toMatch(/^element 1: invalid: /m);
    expect(printed).toMatch(/^element 2: unreadable: /m);
    const { stdout: rows } = await onelink(['plan', '-', '--json'], `[${create},7]`);
    expect(JSON.parse(rows.split('\n')[1] ?? '')).toMatchObject({ kind: 'row', line: 2, unit: 'element' });
  });

  test('take either a sample or all', async () => {
    expect((await onelink(['verify', '--all', '--sample', '3'])).stderr).toContain(
      "'--all' cannot be used with option '--sample",
    );
  });
});
