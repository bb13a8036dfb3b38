import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { preflight } from '../../../../../cli/commands/preflight/run.ts';
import { inZone, strictZone } from '../../../../stack/strict-stage.ts';
import { type Answers, awsAccount, concurrency } from '../../../../world/aws-account.ts';
import { roles } from '../../../../world/preflight-world.ts';
import { onelink } from '../../in-process.ts';

describe('the command line', () => {
  const run = async (answers: Answers, ...words: string[]) => {
    const { environment, calls } = await awsAccount({ ...roles, ...answers }, onTestFinished);
    return { ...(await onelink(['preflight', ...words], '', environment)), calls };
  };

  test('ends with 1 if a check failed, and with 0 if none did', async () => {
    expect((await run(concurrency(10, 10), '--stage', 'production')).status).toBe(1);
    expect((await run({}, '--stage', 'production', '--config', 'examples/configuration.ts', '--json')).status).toBe(0);
  });

  test.each([
    [['--stage', 'nope'], /--stage: must be one of the stages of .* \(production, staging\); got nope/],
    [['--stage', 'constructor'], /got constructor/],
    [['--stage', 'production', '--config', 'no/such.ts'], /no\/such\.ts.*there is no such file/s],
  ])('refuses %j with 2, and asks AWS nothing', async (words, message) => {
    const { status, stderr, calls } = await run({}, ...words);
    expect(stderr).toMatch(message);
    expect([status, calls]).toEqual([2, []]);
  });

  test('with credentials that AWS does not accept show how to sign in', async () => {
    const GetCallerIdentity: Answers[string] = {
      error: [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    };
    const { status, stderr } = await run({ GetCallerIdentity }, '--stage', 'production');
    expect(stderr.trim()).toContain('AWS does not accept the credentials.');
    expect(status).toBe(2);
  });

  test('never writes: each call of a full landing zone reads', async () => {
    const { environment, calls } = await awsAccount(roles, onTestFinished);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const asked = { configuration: inZone(strictZone), file: 'it', stageName: 'production' };
    for await (const _ of preflight(asked, new AbortController().signal));
    expect(calls.filter((one) => !/^(?:Get|Describe|List|Head)/.test(one))).toEqual([]);
    expect(calls.length).toBeGreaterThan(10);
  });
});
