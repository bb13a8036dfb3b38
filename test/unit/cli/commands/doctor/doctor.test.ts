import { describe, expect, test } from 'vitest';
import { checkApi, unlessReaderFails } from '../../../../../cli/commands/doctor/api-checks.ts';
import { unlessRefused } from '../../../../../cli/commands/doctor/check.ts';
import {
  checkConcurrency,
  checkControl,
  checkIntake,
  checkMappings,
  checkReader,
} from '../../../../../cli/commands/doctor/lane-checks.ts';
import { checkProtection } from '../../../../../cli/commands/doctor/protection-checks.ts';
import { checkSecretOfLedger, checkSecrets } from '../../../../../cli/commands/doctor/secret-checks.ts';
import { checkHeld, checkQueuePolicy, checkSources } from '../../../../../cli/commands/doctor/sender-checks.ts';
import { checkRestoredTable, checkTable } from '../../../../../cli/commands/doctor/table-checks.ts';
import { checkAlarmTopic } from '../../../../../cli/commands/doctor/topic-checks.ts';
import { ReadingInterrupted } from '../../../../../cli/pipeline/reader.ts';
import { OperatorError } from '../../../../../cli/words/operator-error.ts';
import { config } from '../../../../../examples/configuration.ts';
import { type ControlRecord, emptyControl } from '../../../../../lambdas/domain/control/control-record.ts';
import { planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import { EmulatedApi } from '../../../../world/emulated-api.ts';

/** A service that gives these answers, by the name of the command. */
function answering(answers: Record<string, unknown>) {
  return {
    send: async (command: { constructor: { name: string } }) => {
      const answer = answers[command.constructor.name.replace(/Command$/, '')];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as never;
}
const named = (name: string) => Object.assign(new Error('not allowed'), { name });
const brief = (checks: { name: string; result: string }[]) => checks.map(({ name, result }) => `${name} ${result}`);

describe('the API', () => {
  const now = Date.parse('2026-03-09T12:00:00Z');
  const asked = { templateIds: ['A1b3', 'abc123'], accountId: 'acc', monthlyQuotaCalls: 1_000 };
  const givenApi = (accountId = 'acc', quotaRemaining = 900) => {
    const api = new EmulatedApi({ now: () => now, sleep: async () => {}, settings: { accountId } });
    api.control.changeSettings({ quotaRemaining });
    return api;
  };
  const check = ({ client }: EmulatedApi, neverReplaced = false) => checkApi(client, asked, neverReplaced);

  test('passes if it has no sentinel link and knows the account', async () => {
    expect(brief(await check(givenApi()))).toEqual([
      'API token ok',
      'template A1b3 ok',
      'template abc123 ok',
      'account ID ok',
    ]);
  });

  test('fails with the reader’s words if the reader cannot work', async () => {
    const failing = async () => Promise.reject(new OperatorError('The reader failed (Sandbox.Timedout).'));
    expect(await unlessReaderFails(failing)).toEqual([
      {
        name: 'reader',
        result: 'failed',
        words: 'The reader failed (Sandbox.Timedout).',
        fix: 'See the log group that the output ReaderLogGroupName names.',
      },
    ]);
    expect(await unlessReaderFails(async () => Promise.reject(new ReadingInterrupted()))).toEqual([]);
  });

  test.each([
    [true, 'refused: the secret still holds the random value that it was created with'],
    [false, 'refused'],
  ])('that refuses the token gets no further call; never replaced: %s', async (neverReplaced, words) => {
    const api = givenApi();
    api.control.changeSettings({ token: 'another' });
    const [first, ...others] = await check(api, neverReplaced);
    expect(first).toMatchObject({ name: 'API token', words, fix: expect.stringContaining('put-secret-value') });
    expect(others).toEqual([]);
  });

  test('with the feature off fails with the remedy', async () => {
    const api = givenApi();
    // The vendor's pages document this answer for creates only. The doctor also recognises it on a read.
    api.spoil('read', { kind: 'status', status: 403, errorType: 'feature_not_enabled' });
    expect((await check(api))[0]?.words).toContain('is not enabled for the account');
  });

  test('confirms the account ID and the size of its quota', async () => {
    const unknown = await check(givenApi('other'));
    expect(unknown.at(-1)).toMatchObject({ result: 'failed', words: 'the API has no quota for acc' });
    const more = await check(givenApi('acc', 7_500_000));
    expect(more.at(-1)).toMatchObject({ result: 'warning', words: '7,500,000 of 1,000 calls left this month' });
  });

  test('that is unavailable causes warnings, and no failed check', async () => {
    const api = givenApi();
    for (const operation of ['read', 'quota'] as const) api.spoil(operation, { kind: 'status', status: 503, times: 9 });
    expect(new Set((await check(api)).map(({ result }) => result))).toEqual(new Set(['warning']));
  });
});

describe('the table', () => {
  const ttl = (TimeToLiveStatus: string, AttributeName?: string) => ({
    DescribeTimeToLive: { TimeToLiveDescription: { TimeToLiveStatus, AttributeName } },
  });
  const stream = (StreamViewType: string) => ({
    DescribeTable: { Table: { StreamSpecification: { StreamEnabled: true, StreamViewType } } },
  });
  const recovery = (PointInTimeRecoveryStatus: string) => ({
    DescribeContinuousBackups: {
      ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus } },
    },
  });
  const whole = { ...ttl('ENABLED', 'expiresAt'), ...stream('NEW_AND_OLD_IMAGES'), ...recovery('ENABLED') };
  const bare = { ...ttl('DISABLED'), DescribeTable: { Table: {} }, ...recovery('DISABLED') };
  const checked = async (change: Record<string, unknown> = {}, local = false) =>
    checkTable(answering({ ...whole, ...change }), 'ledger', local);

  test('as deployed passes', async () => {
    expect(brief(await checked())).toEqual(['ledger TTL ok', 'ledger stream ok', 'ledger recovery ok']);
  });

  test('that was restored lacks TTL, stream and recovery, and each check names its remedy', async () => {
    const restored = await checked(bare);
    expect(brief(restored)).toEqual(['ledger TTL failed', 'ledger stream failed', 'ledger recovery failed']);
    expect(restored.map(({ fix }) => fix?.split(' --table-name')[0])).toEqual([
      'aws dynamodb update-time-to-live',
      'aws dynamodb update-table',
      'aws dynamodb update-continuous-backups',
    ]);
  });

  test('with another TTL attribute, or a stream without old images, fails', async () => {
    const other = await checked({ ...ttl('ENABLED', 'ttl'), ...stream('KEYS_ONLY') });
    expect(other.map(({ words }) => words).slice(0, 2)).toEqual([
      'uses ttl, not expiresAt',
      'has KEYS_ONLY, which lacks the deleted record',
    ]);
  });

  const restored = (change: object = {}) => ({
    DescribeTable: {
      Table: {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        DeletionProtectionEnabled: true,
        TableStatus: 'ACTIVE',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        LatestStreamArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/restored/stream/2026-03-01T10:00:00.000',
        ...change,
      },
    },
  });
  const examined = (change: object = {}, rest: object = whole) =>
    checkRestoredTable(answering({ ...rest, ...restored(change) }), 'restored', false);

  test('that a pipeline may take up passes, with its line of the configuration', async () => {
    const checks = await examined();
    expect(brief(checks)).toEqual([
      'ledger table ok',
      'ledger TTL ok',
      'ledger stream ok',
      'ledger recovery ok',
      'configuration ok',
    ]);
    expect(checks.at(-1)?.words).toContain(
      "existing: { ledgerStreamArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/restored/stream/2026-03-01T10:00:00.000' },",
    );
  });

  test('as a restore leaves it needs a command for each thing that it lacks', async () => {
    const checks = await examined(
      { DeletionProtectionEnabled: false, BillingModeSummary: undefined, StreamSpecification: undefined },
      bare,
    );
    expect(brief(checks)).toEqual([
      'ledger table failed',
      'ledger table failed',
      'ledger TTL failed',
      'ledger stream failed',
      'ledger recovery failed',
      'configuration not-known',
    ]);
    expect(checks.slice(0, 2).map(({ fix }) => fix)).toEqual([
      'aws dynamodb update-table --table-name restored --deletion-protection-enabled',
      'aws dynamodb update-table --table-name restored --billing-mode PAY_PER_REQUEST',
    ]);
  });

  test.each([
    ['of another kind', { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] }, 'its key is id HASH'],
    [
      'with a sort key',
      {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
      'its key is pk HASH, sk RANGE',
    ],
    ['that is not ready', { TableStatus: 'CREATING' }, 'is creating'],
  ])('%s fails', async (_, change, words) => {
    const [first] = await examined(change);
    expect(first).toMatchObject({ result: 'failed', words: expect.stringMatching(words) });
  });

  test('that does not exist fails, and its remedy is not a deployment', async () => {
    const checks = await checkRestoredTable(
      answering({ DescribeTable: named('ResourceNotFoundException') }),
      'restored',
      false,
    );
    expect(checks).toEqual([
      {
        name: 'ledger table',
        result: 'failed',
        words: 'there is no table restored here',
        fix: 'Check AWS_PROFILE, AWS_REGION and the name.',
      },
    ]);
  });

  test('on the local engine ends as not-known, which is not a failure', async () => {
    const local = await checked({ ...bare, DescribeContinuousBackups: named('UnknownOperationException') }, true);
    expect(brief(local)).toEqual(['ledger TTL not-known', 'ledger stream not-known', 'ledger recovery not-known']);
  });
});

describe('mappings', () => {
  const { plans } = planPipeline(config.accounts.acme ?? expect.fail(), {
    lanes: { campaign: { rateShare: 0.905, batchSize: 1_000, windowSeconds: 5 } },
    qrRateShare: 1,
    expiryRateShare: 0.01,
    readRateShare: 0.03,
  });
  const worker = { kind: 'link' as const, logGroupName: 'l', mappingId: 'm', queueUrl: 'q' };
  const sound = { State: 'Enabled', BatchSize: 1_000, ScalingConfig: { MaximumConcurrency: 13 } };
  const checked = async (mapping: object = {}, reserved = 13, lanes: ControlRecord['lanes'] = {}) => {
    const lambda = answering({
      GetEventSourceMapping: { ...sound, ...mapping },
      GetFunctionConcurrency: { ReservedConcurrentExecutions: reserved },
    });
    const byLane = new Map(plans.map(({ lane, link }) => [lane, link]));
    const reading = { control: { ...emptyControl, lanes }, corrupt: false, signals: {} };
    const [check] = await checkMappings(lambda, [{ name: 'campaign', workers: [worker] }], byLane, reading);
    return check;
  };

  test('pass if they match the configuration and the control record', async () => {
    const words = 'enabled, batches of 1000, 13 at once';
    expect(await checked()).toEqual({ name: 'mapping campaign', result: 'ok', words });
    const paused = { campaign: { state: 'paused', reason: 'operator', since: 1 } } as const;
    expect(await checked({ State: 'Disabled' }, 13, paused)).toMatchObject({ result: 'ok' });
    expect(await checked({}, 13, paused)).toMatchObject({ result: 'warning' });
    expect(await checked({ State: 'Disabled' })).toMatchObject({ result: 'warning' });
  });

  test('that feed the expiry intake fail when they are off, or when Lambda reports a problem', async () => {
    const intake = (mapping: object) => checkIntake(answering({ GetEventSourceMapping: mapping }), 'm');
    const ok = { name: 'mapping expiry-intake', result: 'ok', words: 'enabled' };
    expect(await intake({ State: 'Enabled', LastProcessingResult: 'OK' })).toEqual(ok);
    expect(await intake({ State: 'Disabled' })).toMatchObject({ result: 'failed', words: 'disabled' });
    const problem = 'PROBLEM: Function call failed';
    expect(await intake({ State: 'Enabled', LastProcessingResult: problem })).toMatchObject({ result: 'failed' });
  });

  test('with a reader that does not reserve one environment fail, because tools would read above their share', async () => {
    const reader = (reserved?: number) =>
      checkReader(answering({ GetFunctionConcurrency: { ReservedConcurrentExecutions: reserved } }), 'reader');
    expect(await reader(1)).toEqual({ name: 'reader', result: 'ok', words: 'reserves one environment' });
    expect(await reader(5)).toMatchObject({ result: 'failed', words: 'reserves 5 environments, and must reserve one' });
    expect(await reader()).toMatchObject({ result: 'failed', words: 'reserves no environments, and must reserve one' });
  });

  test('with more concurrency than their function reserves fail', async () => {
    expect(await checked({ ScalingConfig: {} })).toMatchObject({ result: 'failed' });
    expect(await checked({}, 4)).toMatchObject({ result: 'failed' });
  });

  test('that differ from the configuration cause a warning', async () => {
    expect(await checked({ BatchSize: 10 })).toMatchObject({
      result: 'warning',
      words: 'enabled, batches of 10, 13 at once; the configuration has batches of 1000, 13 at once',
    });
  });
});

describe('the other checks', () => {
  test('a new AWS account with too few environments fails', async () => {
    const settings = (ConcurrentExecutions: number) =>
      answering({ GetAccountSettings: { AccountLimit: { ConcurrentExecutions } } });
    const failed = { result: 'failed', fix: expect.stringMatching('124') };
    expect(await checkConcurrency(settings(10), 24)).toMatchObject(failed);
    expect(await checkConcurrency(settings(124), 24)).toMatchObject({ result: 'ok' });
  });

  test('the control record must exist, be readable and be fresh', () => {
    const now = Date.parse('2026-03-10T12:00:00Z');
    const quota = { remaining: 1, polledAt: now, own: 0 };
    const check = (control: ControlRecord | undefined, corrupt = false) =>
      checkControl({ control, corrupt, signals: {} }, now);
    expect(check({ ...emptyControl, governedAt: now - 60_000, quota })).toMatchObject({ result: 'ok' });
    expect(check({ ...emptyControl, governedAt: now - 60_000 })).toMatchObject({ result: 'warning' });
    expect(check({ ...emptyControl, governedAt: now - 3_600_000, quota }).words).toBe('the governor last ran 1 h ago');
    expect(check(undefined)).toMatchObject({ result: 'failed' });
    expect(check(undefined, true)).toMatchObject({ result: 'failed' });
  });

  test('a ledger that was written with another link-ID secret fails, as the governor has found it', () => {
    const check = (reason: 'link-id-secret-differs' | 'operator') =>
      checkSecretOfLedger({
        control: { ...emptyControl, lanes: { campaign: { state: 'paused', since: 1, reason } } },
      });
    expect(check('operator')).toMatchObject({ result: 'ok' });
    expect(check('link-id-secret-differs')).toMatchObject({
      result: 'failed',
      fix: expect.stringMatching('old value'),
    });
    expect(checkSecretOfLedger({ control: undefined })).toMatchObject({ result: 'not-known' });
  });

  test('a finding about a secret never holds its value', async () => {
    const versions = (count: number) => ({
      VersionIdsToStages: Object.fromEntries(
        Array.from({ length: count }, (_, id) => [String(id), id === 0 ? ['AWSCURRENT'] : []]),
      ),
    });
    const checked = (SecretString: string, count: number) =>
      checkSecrets(answering({ GetSecretValue: { SecretString }, DescribeSecret: versions(count) }), {
        apiTokenArn: 'a',
        linkIdArn: 'b',
      });
    const once = await checked('s3cret', 1);
    expect(once.tokenNeverReplaced).toBe(true);
    expect(brief(once.checks)).toEqual(['API token secret ok', 'link-ID secret ok']);
    const replaced = await checked('s3cret', 2);
    expect(replaced.tokenNeverReplaced).toBe(false);
    // Whether it is the right one, the fingerprint in the ledger shows.
    expect(brief(replaced.checks)).toEqual(['API token secret ok', 'link-ID secret ok']);
    expect(brief((await checked('', 0)).checks)).toEqual(['API token secret failed', 'link-ID secret failed']);
    expect(JSON.stringify([once, replaced])).not.toContain('s3cret');
  });

  test.each([
    ['\u200bs3cret', 'holds U+200B as character 1, which a request header cannot carry'],
    ['s3cr\u00e9t', 'holds U+00E9 as character 5, which a request header cannot carry'],
    ['s3cret \u{1f511}', 'holds U+0020 as character 7, which a request header cannot carry'],
    ['s3\u0000cret', 'holds U+0000 as character 3, which a request header cannot carry'],
    ['Bearer s3cret', 'begins with Bearer: the API takes the bare token'],
    ['s3cret\ns3cret', 'holds more than one line'],
    [' \n', 'is empty'],
  ])('a token that no header can carry fails with a position and a code point: %j', async (SecretString, words) => {
    const secrets = answering({ GetSecretValue: { SecretString }, DescribeSecret: { VersionIdsToStages: {} } });
    const found = await checkSecrets(secrets, { apiTokenArn: 'a', linkIdArn: 'b' });
    expect(found.tokenCanBeSent).toBe(false);
    expect(found.checks[0]).toMatchObject({ name: 'API token secret', result: 'failed', words });
    expect(JSON.stringify(found)).not.toContain('s3');
  });

  test('a token that the caller may not read is called, and its form is not known', async () => {
    const secrets = answering({
      GetSecretValue: named('AccessDeniedException'),
      DescribeSecret: { VersionIdsToStages: { one: ['AWSPREVIOUS'], two: ['AWSCURRENT'] } },
    });
    const found = await checkSecrets(secrets, { apiTokenArn: 'a', linkIdArn: 'b' });
    expect(found).toMatchObject({ tokenNeverReplaced: false, tokenCanBeSent: true });
    expect(found.checks[0]).toEqual({
      name: 'API token secret',
      result: 'not-known',
      words: 'exists, replaced since it was created; its form is not checked, because you may not read it',
    });
  });

  test('the value of the link-ID secret is never read', async () => {
    const asked: unknown[] = [];
    const secrets = {
      send: async (command: { constructor: { name: string }; input: unknown }) => {
        asked.push([command.constructor.name, command.input]);
        return { SecretString: 'token', VersionIdsToStages: { one: ['AWSCURRENT'] } };
      },
    };
    await checkSecrets(secrets as never, { apiTokenArn: 'a', linkIdArn: 'b' });
    expect(asked).toContainEqual(['DescribeSecretCommand', { SecretId: 'b' }]);
    expect(asked).not.toContainEqual(['GetSecretValueCommand', { SecretId: 'b' }]);
  });

  test('a line break after the token passes, because the functions remove it', async () => {
    const secrets = answering({ GetSecretValue: { SecretString: 's3cret\n' }, DescribeSecret: {} });
    expect((await checkSecrets(secrets, { apiTokenArn: 'a', linkIdArn: 'b' })).tokenCanBeSent).toBe(true);
  });

  test('an alarm topic without a subscription fails if it pages, and causes a warning if it is for tickets', async () => {
    const topic = (severity: 'page' | 'ticket', confirmed: string, pending: string, local = false) =>
      checkAlarmTopic(
        answering({
          GetTopicAttributes: { Attributes: { SubscriptionsConfirmed: confirmed, SubscriptionsPending: pending } },
        }),
        { severity, topicArn: 'arn:aws:sns:eu-west-1:111122223333:p', local },
      );
    expect(await topic('page', '2', '1')).toEqual({ name: 'alarm topic page', result: 'ok', words: '2 subscribed' });
    expect(await topic('page', '0', '0')).toEqual({
      name: 'alarm topic page',
      result: 'failed',
      words: 'no subscription',
      fix:
        'aws sns subscribe --topic-arn arn:aws:sns:eu-west-1:111122223333:p --protocol email --notification-endpoint … ' +
        '(or alarms.email in the configuration)',
    });
    expect(await topic('ticket', '0', '1')).toMatchObject({
      result: 'warning',
      words: '1 subscription pending, none confirmed',
    });
    expect(await topic('page', '0', '0', true)).toMatchObject({ result: 'not-known' });
  });

  test('a topic in another account that denies access is not checked', async () => {
    const denied = () => Promise.reject(named('AuthorizationErrorException'));
    expect(brief(await unlessRefused('alarm topic page', 'sns:GetTopicAttributes', false, denied))).toEqual([
      'alarm topic page not-known',
    ]);
  });

  test('a check that AWS denies is not permitted to the caller, and the other checks continue', async () => {
    const denied = () => Promise.reject(named('AccessDeniedException'));
    expect(await unlessRefused('mappings', 'lambda:X', false, denied)).toEqual([
      {
        name: 'mappings',
        result: 'not-known',
        words: 'not permitted to you: AWS denies lambda:X',
        fix: 'Ask an administrator for the policy that permits it: docs/permissions.md.',
      },
    ]);
    const unknown = () => Promise.reject(named('UnknownOperationException'));
    await expect(unlessRefused('mappings', 'lambda:X', false, unknown)).rejects.toThrow();
  });
});

describe('the senders', () => {
  const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
  const crm = { role: 'arn:aws:iam::111122223333:role/crm', senderId: 'AROACRMCRMCRMCRMCRM01' };
  const unnamed = { user: 'arn:aws:iam::111122223333:user/crm' };
  const withPrincipals = (...principals: (typeof crm | typeof unnamed)[]) => ({
    ...settings,
    producers: settings.producers.map((one) => ({ ...one, principals })),
  });

  test('that nothing binds are a warning with their sources', () => {
    expect(checkSources(withPrincipals())).toEqual([
      {
        name: 'sources',
        result: 'warning',
        words: 'nothing binds crm, product, studio: each sender that reaches the lane’s queue may send as it',
        fix: 'Give its principals a senderId: onelink senders identify. Then deploy.',
      },
    ]);
    expect(brief(checkSources(withPrincipals(crm)))).toEqual(['sources ok']);
  });

  test('without a senderId, of a bound source, are a warning: their commands are held', () => {
    const [first, ...others] = checkSources(withPrincipals(crm, unnamed));
    expect(first?.words).toBe(`the commands of crm from ${unnamed.user} are held, because it has no senderId`);
    expect(brief(others)).toEqual(['sources warning', 'sources warning']);
  });

  test('whose commands are held fail the check', async () => {
    const store = (...held: { source: string; sender: string }[]) => ({
      async *senders() {
        yield* held;
      },
      async *lots() {
        for (const commands of [2, 3]) yield { key: 'lot', parkedAtMilliseconds: 5, commands, bytes: 1 };
      },
    });
    expect(await checkHeld(store())).toMatchObject({ result: 'ok', words: 'none' });
    expect(await checkHeld(store({ source: 'crm', sender: 'AROAONE' }))).toEqual({
      name: 'held commands',
      result: 'failed',
      words: '5 commands of crm from AROAONE',
      fix: 'See them, and decide about each sender: onelink senders list',
    });
  });

  const queue = { lane: 'campaign', queueUrl: 'https://sqs/campaign' };
  const deny = { Sid: 'tls', Effect: 'Deny', Principal: '*', Action: 'sqs:*' };
  const allow = (Sid: string | undefined, Principal: object) => ({ Sid, Effect: 'Allow', Principal });
  const checked = async (Statement: object | undefined) => {
    const Attributes = Statement && { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
    return checkQueuePolicy(answering({ GetQueueAttributes: { Attributes } }), queue, withPrincipals(crm));
  };

  test('that were deleted show in the queue policy by their unique IDs', async () => {
    const check = await checked([
      deny,
      allow('Producercrm', { AWS: ['AROAOLDOLDOLDOLDOLD01', crm.role] }),
      allow('Other', { AWS: 'AIDAOLDOLDOLDOLDOLD02' }),
      allow(undefined, { Service: 'events.amazonaws.com' }),
    ]);
    expect(check).toMatchObject({
      name: 'queue policy campaign',
      result: 'failed',
      words:
        'names roles or users that were deleted: AROAOLDOLDOLDOLDOLD01 (crm), AIDAOLDOLDOLDOLDOLD02 (statement Other)',
      fix: expect.stringContaining('onelink senders identify'),
    });
    expect((await checked(allow('ProducercrmZV0123abcd', { AWS: 'AROAOLDOLDOLDOLDOLD01' }))).words).toBe(
      'names roles or users that were deleted: AROAOLDOLDOLDOLDOLD01 (crm)',
    );
  });

  test('that exist show by their ARNs, and a queue without a policy shows nothing', async () => {
    const accounts = { AWS: ['arn:aws:iam::111122223333:root', '444455556666'] };
    expect((await checked([deny, allow('Producercrm', { AWS: crm.role }), allow('a', accounts)])).result).toBe('ok');
    expect((await checked(undefined)).result).toBe('not-known');
  });
});

describe('the protection against deletion', () => {
  const asked = { stackName: 'OneLink-production', table: 'ledger', stage: 'production' };
  const check = (stack: boolean, ledger: boolean) =>
    checkProtection(
      {
        cloudFormation: answering({ DescribeStacks: { Stacks: [{ EnableTerminationProtection: stack }] } }),
        dynamo: answering({ DescribeTable: { Table: { DeletionProtectionEnabled: ledger } } }),
      },
      asked,
    );

  test('is in order if stack and ledger have it', async () => {
    expect(await check(true, true)).toMatchObject({ name: 'protection', result: 'ok' });
  });

  test.each([
    [false, false, 'nothing protects the stack OneLink-production and the ledger ledger against deletion'],
    [true, false, 'nothing protects the ledger ledger against deletion'],
  ])('that is missing (stack %s, ledger %s) is a warning with the command', async (stack, ledger, words) => {
    expect(await check(stack, ledger)).toEqual({
      name: 'protection',
      result: 'warning',
      words,
      fix: 'Deploy without -c first=true, which protects them: npx cdk deploy --all -c stage=production',
    });
  });
});
