import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

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
  };
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...args], { input, encoding: 'utf8', env });
  return { status, stderr, stdout };
}

describe('onelink send', () => {
  test('names every bad line and sends nothing', () => {
    const { status, stderr } = onelink(
      ['send', '-'],
      '{"source":"crm"}\nnope\n{"source":"loyalty"}\n[]\n{"action":"create"}\n',
    );
    expect(stderr.trim().split('\n')).toEqual([
      'line 2: is not JSON',
      'line 3: its source is not one of the producers in lib/config.ts (crm, product, studio). Name the lane with --lane.',
      'line 4: is not a JSON object',
      'line 5: has no source to tell the lane by. Name the lane with --lane.',
      'Nothing was sent.',
    ]);
    expect(status).toBe(2);
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
