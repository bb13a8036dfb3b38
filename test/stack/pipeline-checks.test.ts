import { type App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { AccountSettings, PipelineSettings } from '../../lib/config/config-schema.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { OneLinkPipeline, type OneLinkPipelineProps } from '../../lib/stacks/pipeline.ts';
import { StateStack } from '../../lib/stacks/state-stack.ts';
import { emptyApp } from './configured-app.ts';
import { settings } from './shipped-pipeline.ts';

const acme = (): AccountSettings => ({ ...(config.accounts.acme ?? expect.fail('no account')) });
const stage = config.stages.staging ?? expect.fail('no stage');

/** The sample's shares, halved: two such pipelines fit on one account. */
const halved = (): PipelineSettings => {
  const { lanes, ...whole } = settings();
  const half = Object.entries(lanes).map(([name, lane]) => [name, { ...lane, rateShare: lane.rateShare / 2 }]);
  const shares = { qrRateShare: 0.4, expiryRateShare: 0.005, readRateShare: 0.015 };
  return { ...whole, ...shares, lanes: Object.fromEntries(half) };
};

/** A pipeline in a stack `<name>`, as an app of somebody else makes it. */
function given(app: App, name: string, changes: Partial<OneLinkPipelineProps> = {}, stack = new Stack(app, name)) {
  const props = { serviceName: name, settings: halved(), account: acme(), stage, ...changes };
  const state = changes.state ?? new StateStack(app, `${name}-State`, { ...props, removalPolicy: 'destroy' });
  return new OneLinkPipeline(stack, 'Links', { ...props, state });
}

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults;
  }
}

describe('a pipeline in another app', () => {
  test('is held against the rules of the configuration, with all faults at once', () => {
    // Given
    const [crm, ...others] = halved().producers;
    const producers = [{ ...(crm ?? expect.fail()), lanes: ['express'] }, ...others];
    const wrong = { ...halved(), producers, deduplicationWindowDays: 1 };
    const alarms = { email: 'a@b.example', pageTopicArn: topicArn('page'), ticketTopicArn: topicArn('ticket') };
    // When
    const make = () => given(emptyApp(), 'Shop', { settings: wrong, stage: { ...stage, alarms } });
    // Then
    expect(faultsOf(make)).toEqual([
      'settings.producers[0].lanes[0]: must be one of the pipeline\'s lanes; got "express"',
      'settings.deduplicationWindowDays: must be at least 55 (10 in the queue + 14 as a dead letter + 31 to wait for the next month); got 1',
      'stage.alarms.email: must be left out if both topic ARNs are given; got "a@b.example"',
    ]);
    expect(make).toThrow('The configuration (Shop/Links) cannot work:\n  settings.producers[0].lanes[0]: ');
  });

  test('is refused with a setting of another shape, even if TypeScript did not check it', () => {
    const strange = { ...halved(), linkIdLength: 5, colour: 'blue' };
    expect(faultsOf(() => given(emptyApp(), 'Shop', { serviceName: 'my shop', settings: strange }))).toEqual([
      'serviceName: must be 1–61 letters, digits or dashes, a letter first; got "my shop"',
      'settings.linkIdLength: must be 10–50 (guessable below 10; OneLink short-link IDs end at 50); got 5',
      'settings.colour: is not a setting',
    ]);
  });

  test('is refused above the limits of its version of the API', () => {
    const account: AccountSettings = { ...acme(), api: 'v1.0', callsPerSecond: 1_000, maxTtlDays: 31 };
    expect(faultsOf(() => given(emptyApp(), 'Shop', { account }))).toEqual([
      'account.callsPerSecond: must be at most 500, the limit of the API v1.0; got 1000',
    ]);
  });

  test('may send its alarms to topics of the same app, whose ARNs only the deployment knows', () => {
    const app = emptyApp();
    const stack = new Stack(app, 'Shop');
    const pageTopicArn = new Topic(stack, 'OnCall').topicArn;
    given(app, 'Shop', { stage: { ...stage, alarms: { pageTopicArn } } }, stack);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^OnCall') }],
    });
  });

  test('is refused with a state that its settings do not fit', () => {
    // Given
    const app = emptyApp();
    const producers = halved().producers.map(({ http: _, ...producer }) => producer);
    const withoutKeys = new StateStack(app, 'State', {
      settings: { ...halved(), producers },
      removalPolicy: 'destroy',
    });
    // When
    const faults = faultsOf(() => given(app, 'Shop', { state: withoutKeys }));
    // Then
    expect(faults).toEqual([
      'state.httpKeys: must be a secret, because crm, studio may have keys; got nothing. Make the state with the same ' +
        'settings: new StateStack(app, …, { settings, … })',
    ]);
  });
});

describe('several pipelines in one app', () => {
  test('on one AppsFlyer account are refused if their shares together exceed its limits', () => {
    const app = emptyApp();
    given(app, 'Shop', { settings: settings() });
    const faults = faultsOf(() => given(app, 'Blog', { settings: settings() }));
    expect(faults[0]).toMatch(
      /^settings: the shares must come to at most floor\(1000 × 0\.95 × \(1 − 0\)\) = 950 calls\/s; got 1900 \(Shop\/Links: transactional 4 × \(16 \+ 2\) .*; Blog\/Links: .*\)\. Lower rateShare/,
    );
    expect(faults[1]).toMatch(/ = 23 QR calls\/s; got 44 \(Shop\/Links: QR 2 × 11; Blog\/Links: QR 2 × 11\)\. /);
  });

  test('fit if their shares do, and if each has an account or an app of its own', () => {
    const app = emptyApp();
    given(app, 'Shop');
    given(app, 'Blog');
    given(app, 'Press', { settings: settings(), account: { ...acme(), accountId: 'acc-press' } });
    given(emptyApp(), 'Shop', { settings: settings() });
    const names = ['Shop', 'Press'].flatMap((name) => {
      const stack = app.node.findChild(name);
      if (!(stack instanceof Stack)) return expect.fail(`no stack ${name}`);
      return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    });
    const alarmNames = names.map(({ Properties }) => String(Properties.AlarmName));
    expect(new Set(alarmNames).size).toBe(alarmNames.length);
  });

  test('must agree about the limits of their account, with the defaults of what they leave out', () => {
    const app = emptyApp();
    given(app, 'Shop');
    const { apiBaseUrl: _, queryStringCounts: __, ...same } = acme();
    given(app, 'Blog', { account: same });
    const account = { ...acme(), callsPerSecond: 2_000, queryStringCounts: true };
    const faults = faultsOf(() => given(app, 'Press', { account }));
    expect(faults).toContain(
      'account.callsPerSecond: must be that of Shop/Links (1000), because both name the account acc-demo at ' +
        'https://onelink.appsflyer.com/api/v2.0; got 2000',
    );
    expect(faults).toContain(
      'account.queryStringCounts: must be that of Shop/Links (false), because both name the account acc-demo at ' +
        'https://onelink.appsflyer.com/api/v2.0; got true',
    );
  });

  test('share neither a stack, nor a name in one place, nor a state', () => {
    const app = emptyApp();
    const shop = given(app, 'Shop');
    const state = app.node.findChild('Shop-State') as StateStack;
    const second = new Stack(app, 'Second');
    const props = { serviceName: 'Shop', settings: halved(), account: acme(), stage, state };
    expect(faultsOf(() => new OneLinkPipeline(second, 'Links', props))).toEqual([
      'serviceName: must not be that of Shop/Links as well, because it names metrics and alarms; got "Shop"',
      'state: must not be that of Shop/Links as well: two governors would steer one ledger. Make a StateStack for each pipeline',
    ]);
    const other = new StateStack(app, 'Other-State', { settings: halved(), removalPolicy: 'destroy' });
    const beside = { ...props, serviceName: 'Other', state: other };
    expect(faultsOf(() => new OneLinkPipeline(Stack.of(shop), 'Other', beside))).toEqual([
      'scope: must be in another stack than Shop/Links, because the command line finds a pipeline by the outputs of its stack; got Shop',
    ]);
  });

  test('may have one name in two regions', () => {
    const app = emptyApp();
    for (const region of ['eu-west-1', 'us-east-1']) {
      const stack = new Stack(app, `Shop-${region}`, { env: { account: '111122223333', region } });
      const state = new StateStack(app, `State-${region}`, {
        settings: halved(),
        removalPolicy: 'destroy',
        env: { account: '111122223333', region },
      });
      given(app, 'Shop', { state }, stack);
    }
  });
});

describe('the outputs of a pipeline in another app', () => {
  test('have the names that the command line reads, whatever the names of constructs', () => {
    const app = emptyApp();
    const stack = new Stack(app, 'Team');
    given(app, 'Team', {}, stack);
    const outputs = Object.keys(Template.fromStack(stack).findOutputs('*'));
    expect(outputs).toEqual(
      expect.arrayContaining(['LedgerTableName', 'CampaignQueueUrl', 'OperationsFunctionArn', 'OperatorPolicyArn']),
    );
    expect(outputs.filter((name) => name.startsWith('Links'))).toEqual([]);
  });
});

const topicArn = (name: string) => `arn:aws:sns:eu-west-1:111122223333:${name}`;
