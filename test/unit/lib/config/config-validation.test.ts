import { describe, expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import { config as brandsSample } from '../../../../examples/two-brands.ts';
import { config as shipped } from '../../../../lib/config/config.ts';
import type { Configuration, PipelineSettings } from '../../../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../../../lib/config/config-validation.ts';
import { faultsOf } from '../../../world/configuration-faults.ts';

/** The sample configuration with other values at some paths: `'stages.production.pipelines.0.lanes.campaign.batchSize'`. */
function changed(...changes: readonly (readonly [path: string, value: unknown])[]): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(config)); // structuredClone would keep the objects that stages share
  for (const [path, value] of changes) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const parent: unknown = steps.reduce<unknown>((whole, step) => Reflect.get(Object(whole), step), copy);
    if (value === undefined) Reflect.deleteProperty(Object(parent), last);
    else Reflect.set(Object(parent), last, value);
  }
  return copy;
}

const pipeline = 'stages.production.pipelines.0';
const at = 'stages.production.pipelines[0]';

const ofV1 = { api: 'v1.0', apiBaseUrl: undefined, callsPerSecond: 500, maxTtlDays: 31 } as const;
/** The two pipelines of examples/two-brands.ts. */
const twoBrands = (): [PipelineSettings, PipelineSettings] => {
  const [first, second] = brandsSample.stages.production?.pipelines ?? [];
  return first && second ? [first, second] : expect.fail('examples/two-brands.ts has no two pipelines');
};
const brands = (...pipelines: unknown[]) => ({
  ...brandsSample,
  stages: { production: { ...brandsSample.stages.production, pipelines } },
});

/** The sample configuration with its production account on version 1.0 of the API. */
const changedToV1 = (settings: object) => changed(['accounts.acme', { ...config.accounts.acme, ...ofV1, ...settings }]);

describe('a configuration with version 1.0 of the API', () => {
  test('works within the limits of that version', () => {
    expect(faultsOf(changedToV1({}))).toEqual([]);
  });

  test.each([
    ['callsPerSecond', 501, 500],
    ['maxTtlDays', 32, 31],
    ['maxDataCharacters', 2_049, 2_048],
  ])('is refused above the limit: %s', (setting, value, limit) => {
    expect(faultsOf(changedToV1({ [setting]: value }))).toContain(
      `accounts.acme.${setting}: must be at most ${limit}, the limit of the API v1.0; got ${value}`,
    );
  });
});

describe('a configuration', () => {
  test.each([
    ['the sample', config],
    ['lib/config/config.ts', shipped],
    ['examples/two-brands.ts', brandsSample],
  ])('without faults is accepted unchanged: %s', (_, works) => {
    expect(validateConfiguration(works)).toEqual(works);
  });

  type Case = [path: string, value: unknown, fault: string, placeInValue?: string];

  test.each<Case>([
    ['lanes.campaign.batchSize', 20_000, 'must be 1–10,000 (SQS event source mappings); got 20000'],
    ['lanes.campaign.windowSeconds', 301, 'must be 0–300 (SQS event source mappings); got 301'],
    ['lanes.campaign.windowSeconds', 0.5, 'must be 0–300 (SQS event source mappings); got 0.5'],
    ['lanes.campaign.rateShare', 82, 'must be a share from 0 to 1; got 82'],
    ['qrRateShare', '0.5', 'must be a share from 0 to 1, without quotes; got "0.5"'],
    ['linkIdLength', 9, 'must be 10–50 (guessable below 10; OneLink short-link IDs end at 50); got 9'],
    ['conflictPolicy', 'merge', 'must be one of reject, derive; got "merge"'],
    ['ledgerKeeps', 'all', 'must be one of digest, full; got "all"'],
    ['commandRetentionDays', 14, 'must be 1–13 (below the dead-letter queue’s 14 days); got 14'],
    ['qrImageDays', 0, 'must be days from 1 to 36,500, or forever; got 0'],
    ['name', 'one-link', 'must be 1–40 letters and digits, a capital first; got "one-link"'],
    ['memoryMegabytes.governor', 64, 'must be 128–10,240 (megabytes, Lambda); got 64'],
    ['historyDays', 36_501, 'must be days from 1 to 36,500, or forever; got 36501'],
    ['archiveDays', undefined, 'must be 31–36,500; got nothing'],
    ['audit.retentionDays', 30, 'must be 31–36,500; got 30'],
    ['audit.lockDays', 1_097, 'must be at most audit.retentionDays (1096); got 1097'],
    ['campaigns.approval.aboveRows', -1, 'must be 0–1,000,000,000; got -1'],
    ['campaigns.approval.sources', ['crm', 'shop'], 'must be the source of a producer; got "shop"', '[1]'],
    ['campaigns.approval.belowReserve', 'yes', 'must be true or false; got "yes"'],
    ['alarmThresholds.campaignRejectedPercent', 100, 'must be 1–99 (percent); got 100'],
    ['colour', 'blue', 'is not a setting'],
    ['lanes.campaign.ratShare', 0.5, 'is not a setting; the nearest is rateShare'],
    ['lanes.campaign.RATESHARE', 0.5, 'is not a setting; the nearest is rateShare'],
    [
      'producers[0].principals',
      [{ group: 'arn:aws:iam::111122223333:group/crm' }],
      'must be { account: "12 digits" }, { role: ARN, senderId: AROA… }, { user: ARN, senderId: AIDA… } or { service: ….amazonaws.com, sourceArn: ARN }; got {"group":"arn:aws:iam::111122223333:group/crm"}',
      '[0]',
    ],
    ['producers[0].principals', [{ account: '42' }], 'must be an AWS account ID; got "42"', '[0].account'],
    [
      'producers[0].principals',
      [{ account: 111_122_223_333 }],
      'must be { account: "12 digits" }, { role: ARN, senderId: AROA… }, { user: ARN, senderId: AIDA… } or { service: ….amazonaws.com, sourceArn: ARN }; got {"account":111122223333}',
      '[0]',
    ],
    [
      'producers[0].principals',
      [{ role: 'arn:aws:iam::111122223333:role/crm', senderId: 'AIDAEXAMPLEOFACRMUSER' }],
      'must be the unique ID of the role: AROA…; got "AIDAEXAMPLEOFACRMUSER"',
      '[0].senderId',
    ],
    [
      'producers[0].principals',
      [{ user: 'arn:aws:iam::111122223333:user/crm', senderId: 'AIDAEXAMPLEOFACRMUSER:session' }],
      'must be the unique ID of the user: AIDA…; got "AIDAEXAMPLEOFACRMUSER:session"',
      '[0].senderId',
    ],
    ...['javascript', 'data', 'file', 'view-source'].map(
      (scheme): Case => [
        'producers[0].policy',
        { mode: 'enforce', schemes: ['acmeapp', scheme] },
        `must be a scheme in lower case, without the colon, and none of javascript, livescript, vbscript, data, file, filesystem, blob, jar, view-source, intent, about; got "${scheme}"`,
        '.schemes[1]',
      ],
    ),
    ...[
      'arn:aws:sns:eu-west-1:*:alerts',
      'arn:aws:sns:eu-west-1:111122223333:*',
      'arn:aws:sns:*:111122223333:alerts',
      'arn:*:sns:eu-west-1:111122223333:alerts',
      'arn:aws:sns:eu-west-1:11112222333?:alerts',
      'arn:aws:sns:eu-west-1:111122223333:alert?',
      'arn:aws:sns:eu-west-1:111122223333:\u0024{aws:userid}',
      'arn:aws:sns:eu-west-1:111122223333:',
      'arn:aws:sns',
    ].map(
      (sourceArn): Case => [
        'producers[0].principals',
        [{ service: 'sns.amazonaws.com', sourceArn }],
        `must be the whole ARN of what the service sends from, without * ? $; got "${sourceArn}"`,
        '[0].sourceArn',
      ],
    ),
    ...(['role', 'user'] as const).flatMap((kind) =>
      ['*', 'crm-?', 'path/*', '\u0024{aws:username}'].map((name): Case => {
        const arn = `arn:aws:iam::111122223333:${kind}/${name}`;
        const must = `must be the ARN of an IAM ${kind}, without * ? $; got "${arn}"`;
        return ['producers[0].principals', [{ [kind]: arn }], must, `[0].${kind}`];
      }),
    ),
    [
      'producers[1].principals',
      [{ service: 'sns.amazonaws.com', sourceArn: 'arn:aws:events:eu-west-1:111122223333:rule/signup' }],
      'must be an ARN of the service sns.amazonaws.com: arn:…:sns:…; got "arn:aws:events:eu-west-1:111122223333:rule/signup"',
      '[0].sourceArn',
    ],
    ['producers[0].outcomeQueue', 'yes', 'must be true or false; got "yes"'],
    ['producers[0].privateOutcomeQueue', 'yes', 'must be true or false; got "yes"'],
    ['producers[0].http', { requestsPerSecond: 201 }, 'must be 1–200; got 201', '.requestsPerSecond'],
    ['producers[0].http', { requestsPerSecond: 0 }, 'must be 1–200; got 0', '.requestsPerSecond'],
    ['producers[0].http', { keys: 'yes' }, 'must be true or false; got "yes"', '.keys'],
    ['producers[0].http', true, 'must be an object: { keys?, iam?, requestsPerSecond? }; got true'],
    [
      'producers[0].http',
      { keys: false },
      'must allow keys or iam, or remove `http`, and the producer has no HTTP API; got {"keys":false}',
    ],
    ['http.concurrency', 1, 'must be 2–1,000; got 1'],
    ['http', undefined, 'must be an object: { concurrency }; got nothing'],
    ['memoryMegabytes.httpApi', 64, 'must be 128–10,240 (megabytes, Lambda); got 64'],
    ...[
      ['http://acme.example/outcomes', 'http://acme.example/…'],
      ['https://user:word@acme.example/outcomes', 'https://…@acme.example/…'],
      ['user:wo/rd@acme.example', '…@acme.example'],
      ['https://acme.example/outcomes#top', 'https://acme.example/…'],
      ['https://acme.example/out comes', 'https://acme.example/…'],
      ['https://acme.example@other.example/', 'https://…@other.example/'],
      ['https://acme.example:port/', 'https://acme.example:port/'],
      ['https://acme.example:0/', 'https://acme.example:0/'],
      ['https://acme.example:65536/?key=word', 'https://acme.example:65536/…'],
      ['https://-acme.example/', 'https://-acme.example/'],
      ['//acme.example/', '//acme.example/'],
    ].map(
      ([url, shown]): Case => [
        'producers[0].outcomeUrl',
        url,
        `must be an https URL, with a port up to 65535, and without a user name, password or fragment; got "${shown}"`,
      ],
    ),
    ['producers[0].lanes', ['campaign', 'express'], 'must be one of the pipeline\'s lanes; got "express"', '[1]'],
    ['producers[0].templates', ['toString'.slice(0, 4)], 'must be one of the pipeline\'s templates; got "toSt"', '[0]'],
    ['producers[1].source', 'crm', 'must be unique; got "crm"'],
    ['account', 'nobody', 'must be one of the accounts; got "nobody"'],
    [
      'deduplicationWindowDays',
      54,
      'must be at least 55 (10 in the queue + 14 as a dead letter + 31 to wait for the next month); got 54',
    ],
    [
      'lanes.campaign.windowSeconds',
      0,
      'must be at least 1, because batchSize is 1000 and SQS fills batches above 10 only over a window; got 0',
    ],
    [
      'lanes.campaign.quotaReserveCalls',
      98_279,
      'must be at least 98,280 (two polls of 60 s × 819 calls/s); got 98279',
    ],
    ['lanes.transactional.quotaReserveCalls', 7_500_000, 'must be below the monthly quota of 7,500,000; got 7500000'],
    [
      'qrRateShare',
      0.05,
      'must leave each environment at least 1 call/s: R = floor(0.05 × 23) = 1 calls/s, C = max(2, ceil(1 × 4 s / 2)) = 2, r = floor(1 / 2) = 0; raise the share',
    ],
    ['alarmThresholds.quotaUsedPercent.page', 100, 'must be 1–99 (percent); got 100'],
    ['alarmThresholds.quotaUsedPercent.ticket', [85, 70], 'must be above the one before it, 85; got 70', '[1]'],
    ['alarmThresholds.quotaUsedPercent.ticket', [70, 70], 'must be above the one before it, 70; got 70', '[1]'],
    ['alarmThresholds.quotaUsedPercent.ticket', [70, 95], "must be below the page's 95; got 95", '[1]'],
    // campaign 13 × 1,000 + transactional 4 × 10 + expiry 2 × 500
    [
      'alarmThresholds.quotaSpentElsewhereCalls',
      28_079,
      'must be at least 28,080 (twice the 14,040 calls that running batches have not counted yet); got 28079',
    ],
    ['alarmThresholds.lanePausedMinutes', 1, 'must be 5–10,080 (a week); got 1'],
  ])(
    'with %s of a pipeline as %j is refused with the path, the rule and the value',
    (path, value, fault, placeInValue = '') => {
      expect(faultsOf(changed([`${pipeline}.${path.replace(/\[(\d+)\]/g, '.$1')}`, value]))).toEqual([
        `${at}.${path}${placeInValue}: ${fault}`,
      ]);
    },
  );

  test.each<Case>([
    [
      'accounts.acme.apiBaseUrl',
      'https://onelink.appsflyer.com/api/v2.0/',
      'must be an http or https URL with a port up to 65535, and without a user name, query or trailing slash; got "https://onelink.appsflyer.com/api/v2.0/"',
    ],
    ['accounts.acme.api', 'v3', 'must be one of v2.0, v1.0; got "v3"'],
    ['accounts.acme.quotaFrom', 'guess', 'must be one of api, own-count; got "guess"'],
    [
      'accounts.acmeStaging',
      { ...config.accounts.acmeStaging, accountId: 'acc-demo' },
      'must not repeat accounts.acme; got acc-demo at https://onelink.appsflyer.com/api/v2.0',
    ],
    [
      'stages.production.logRetentionDays',
      91,
      'must be one of 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653; got 91',
    ],
    ['stages.production.alarms', { email: 'nobody' }, 'must be an e-mail address; got "nobody"', '.email'],
    [
      'stages.production.alarms',
      {
        email: 'a@b.example',
        pageTopicArn: 'arn:aws:sns:eu-west-1:111122223333:page',
        ticketTopicArn: 'arn:aws:sns:eu-west-1:111122223333:ticket',
      },
      'must be left out if both topic ARNs are given; got "a@b.example"',
      '.email',
    ],
    [
      'stages.production.alarms',
      { runbookUrl: 'http://wiki.acme.example/runbook' },
      'must be an https URL of 400 characters at most, without a user name, a password, a # or brackets; got "http://wiki.acme.example/runbook"',
      '.runbookUrl',
    ],
    ...(
      [
        ['https://wiki.acme.example/x#y', 'https://wiki.acme.example/x#…'],
        ['https://me:pw@wiki.acme.example/', 'https://…@wiki.acme.example/'],
      ] as const
    ).map(([runbookUrl, shown]): [string, unknown, string, string] => [
      'stages.production.alarms',
      { runbookUrl },
      `must be an https URL of 400 characters at most, without a user name, a password, a # or brackets; got "${shown}"`,
      '.runbookUrl',
    ]),
    ['stages.production.pipelines', [], 'must hold at least one pipeline; got []'],
  ])('with %s as %j is refused with the path, the rule and the value', (path, value, fault, placeInValue = '') => {
    expect(faultsOf(changed([path, value]))).toEqual([`${path}${placeInValue}: ${fault}`]);
  });

  test('may have the runbook at any https URL that leaves room in the description of an alarm', () => {
    const with400 = `https://wiki.acme.example/${'a'.repeat(374)}`;
    for (const runbookUrl of ['https://wiki.acme.example', 'https://wiki.acme.example:8443/x?page=7&view=ops', with400])
      expect(faultsOf(changed(['stages.production.alarms', { runbookUrl }]))).toEqual([]);
    expect(faultsOf(changed(['stages.production.alarms', { runbookUrl: `${with400}a` }]))).toHaveLength(1);
  });

  test('may give one role to two producers, and no unique ID to two roles', () => {
    const crm = { role: 'arn:aws:iam::111122223333:role/crm', senderId: 'AROAEXAMPLEOFACRMROLE' };
    const other = { ...crm, role: 'arn:aws:iam::111122223333:role/studio' };
    const path = (producer: number) => `${pipeline}.producers.${producer}.principals`;

    expect(faultsOf(changed([path(0), [crm]], [path(2), [crm]]))).toEqual([]);
    expect(faultsOf(changed([path(0), [crm]], [path(2), [{ account: '111122223333' }, other]]))).toEqual([
      `${at}.producers[2].principals[1].senderId: must not belong to ${crm.role} as well; got "AROAEXAMPLEOFACRMROLE"`,
    ]);
  });

  test.each([
    ['sns.amazonaws.com', 'arn:aws:sns:eu-west-1:111122223333:alerts'],
    ['events.amazonaws.com', 'arn:aws:events:eu-west-1:111122223333:rule/bus/signup'],
    ['s3.amazonaws.com', 'arn:aws:s3:::acme-uploads'],
    ['delivery.logs.amazonaws.com', 'arn:aws-cn:logs:cn-north-1:111122223333:delivery-source:x'],
  ])('may have %s as principal, which sends from %s', (service, sourceArn) => {
    expect(faultsOf(changed([`${pipeline}.producers.1.principals`, [{ service, sourceArn }]]))).toEqual([]);
  });

  describe('with a policy that no link can keep is refused', () => {
    test.each<[policy: object, path: string, fault: string]>([
      [
        { mandatory: ['c', 'ttl'] },
        'mandatory[1]',
        `must be a parameter that a link's data can have: take it out; got "ttl"`,
      ],
      [
        { allowed: { brand_domain: ['go.acme.example'] } },
        'allowed.brand_domain',
        `must be a parameter that a link's data can have: take it out; got ["go.acme.example"]`,
      ],
      [
        { hostsOf: { shortlink: ['acme.example'] } },
        'hostsOf.shortlink',
        `must be a parameter that a link's data can have: take it out; got ["acme.example"]`,
      ],
      [
        { mandatory: ['af_sub5'], forbidden: ['AF_Sub5[]'] },
        'mandatory[0]',
        'must not be forbidden as well: take it out of one of them; got "af_sub5"',
      ],
      [
        { allowed: { af_sub5: ['a'] }, forbidden: ['af_sub5'] },
        'allowed.af_sub5',
        'must not be forbidden as well: take it out of one of them; got ["a"]',
      ],
      [
        { hostsOf: { af_r: ['acme.example'] }, forbidden: ['af_r'] },
        'hostsOf.af_r',
        'must not be forbidden as well: take it out of one of them; got ["acme.example"]',
      ],
      [
        { forbidden: ['af_r', 'PID'] },
        'forbidden[1]',
        'must not be pid, which each link has: list its values in allowed; got "PID"',
      ],
      [
        { mandatory: ['af_web_dp'], hosts: [] },
        'mandatory[0]',
        'must have an allowed host: add one, or take it out; got "af_web_dp"',
      ],
      [{ ttlHours: { least: 10, most: 9 } }, 'ttlHours.least', 'must be at most 9; got 10'],
      [{ ttlHours: { least: 8_761, most: 80_000 } }, 'ttlHours.least', 'must be at most 8760; got 8761'],
    ])('%j', (policy, path, fault) => {
      for (const mode of ['enforce', 'warn']) {
        for (const place of ['producers.0', 'templates.A1b3']) {
          const expected = `${at}.${place.replace('.0', '[0]')}.policy.${path}: ${fault}`;
          expect(faultsOf(changed([`${pipeline}.${place}.policy`, { mode, ...policy }]))).toEqual([expected]);
        }
      }
    });
  });

  describe('with two policies that exclude each other', () => {
    const [producer, template] = ['producers[0].policy', 'templates.A1b3.policy'];
    const cases: [ofProducer: object, ofTemplate: object, fault: string][] = [
      [
        { mandatory: ['c'] },
        { forbidden: ['C'] },
        `${producer}.mandatory[0]: must not be forbidden by ${template}, because both apply: take it out of one of them; got "c"`,
      ],
      [
        { forbidden: ['c'] },
        { mandatory: ['af_ad', 'c'] },
        `${template}.mandatory[1]: must not be forbidden by ${producer}, because both apply: take it out of one of them; got "c"`,
      ],
      [
        { hosts: ['acme.example', '*.shop.example'] },
        { hosts: ['shop.example', 'globex.example'] },
        `${producer}.hosts: must allow a host that ${template} allows, because both apply: add one; got ["acme.example","*.shop.example"]`,
      ],
      [
        { hosts: ['acme.example'] },
        { hosts: ['acme.example'], hostsOf: { af_og_image: ['cdn.example'] } },
        `${producer}.hosts: must allow a host for af_og_image that ${template} allows, because both apply: add one; got ["acme.example"]`,
      ],
      [
        { hosts: ['acme.example'], hostsOf: { af_r: ['r.example'] } },
        { hosts: ['acme.example'] },
        `${producer}.hostsOf.af_r: must allow a host for af_r that ${template} allows, because both apply: add one; got ["r.example"]`,
      ],
      [
        { mandatory: ['af_web_dp'] },
        { hosts: [] },
        `${producer}.hosts: must allow a host for af_web_dp that ${template} allows, because both apply: add one; got nothing`,
      ],
      [
        { allowed: { pid: ['email', 'sms-*'] } },
        { allowed: { PID: ['push', 'mail-*'] } },
        `${producer}.allowed.pid: must allow a value that ${template} allows, because both apply: add one; got ["email","sms-*"]`,
      ],
      [
        { schemes: ['acmeapp'] },
        { schemes: ['globexapp'] },
        `${producer}.schemes: must allow a scheme that ${template} allows, because both apply: add one; got ["acmeapp"]`,
      ],
      [
        { ttlHours: { least: 48 } },
        { ttlHours: { most: 24 } },
        `${producer}.ttlHours.least: must be at most 24 as in ${template}, because both apply; got 48`,
      ],
      [
        { ttlHours: { most: 24 } },
        { ttlHours: { least: 48 } },
        `${producer}.ttlHours.most: must be at least 48 as in ${template}, because both apply; got 24`,
      ],
    ];
    const both = (ofProducer: object, ofTemplate: object, mode = 'enforce', id = 'A1b3') =>
      faultsOf(
        changed(
          [`${pipeline}.producers.0.templates`, ['A1b3']],
          [`${pipeline}.producers.0.policy`, { mode: 'enforce', ...ofProducer }],
          [`${pipeline}.templates.${id}.policy`, { mode, ...ofTemplate }],
        ),
      );

    test.each(cases)('is refused: %j and %j', (ofProducer, ofTemplate, fault) => {
      expect(both(ofProducer, ofTemplate)).toEqual([`${at}.${fault}`]);
    });

    test.each(cases)('is accepted if one only warns: %j and %j', (ofProducer, ofTemplate) => {
      expect(both(ofProducer, ofTemplate, 'warn')).toEqual([]);
    });

    test.each(cases)(
      'is accepted for a template that the producer does not use: %j and %j',
      (ofProducer, ofTemplate) => {
        expect(both(ofProducer, ofTemplate, 'enforce', 'abc123')).toEqual([]);
      },
    );

    test.each<[object, object]>([
      [{ hosts: ['*.acme.example'] }, { hosts: ['shop.acme.example'] }],
      [{ hosts: ['acme.example'] }, { hosts: [] }],
      [{ hosts: ['acme.example'] }, { hostsOf: { af_og_image: ['acme.example'] } }],
      [{ allowed: { c: ['spring-*'] } }, { allowed: { c: ['*-sale'] } }],
      [{ forbidden: ['af_sub5'] }, { allowed: { af_sub5: ['a'] } }],
      [{ schemes: ['acmeapp'] }, { schemes: [] }],
      [{ ttlHours: { least: 24 } }, { ttlHours: { most: 24 } }],
    ])('is not meant by %j and %j, which some link can keep', (ofProducer, ofTemplate) => {
      expect(both(ofProducer, ofTemplate)).toEqual([]);
    });
  });

  test('may have no tickets for the used quota', () => {
    expect(faultsOf(changed([`${pipeline}.alarmThresholds.quotaUsedPercent.ticket`, []]))).toEqual([]);
  });

  test('names lanes in lower-case letters and digits only', () => {
    const lane = config.stages.production?.pipelines[0]?.lanes.campaign;
    // Each construct, alarm and verb needs a name of its own: `campaign-ingress-crm` is a producer's queue of another lane.
    const taken =
      'expiry, qr, reader, all, outcomes, deliveries, governor, replayer, ingress, forwarder, operations, campaigns, alarms, dashboard, constructor, default, resource';
    const rule = `the name must be lower-case letters and digits, a letter first, and none of ${taken}`;
    for (const name of ['Bulk', 'campaign-ingress-crm', ...taken.split(', ')]) {
      expect(faultsOf(changed([`${pipeline}.lanes`, { [name]: lane }]))).toContain(`${at}.lanes.${name}: ${rule}`);
    }
  });

  test('with several faults is refused with all of them, those of shape and those of relation', () => {
    const candidate = changed(
      ['accounts.acme.headroom', 2],
      [`${pipeline}.linkIdLength`, 51],
      ['stages.staging.pipelines.0.deduplicationWindowDays', 30],
      ['stages.staging.pipelines.0.lanes.campaign.quotaReserveCalls', 1],
    );
    expect(faultsOf(candidate)).toEqual([
      'accounts.acme.headroom: must be a share from 0.01 to 1; got 2',
      `${at}.linkIdLength: must be 10–50 (guessable below 10; OneLink short-link IDs end at 50); got 51`,
      'stages.staging.pipelines[0].deduplicationWindowDays: must be at least 55 (10 in the queue + 14 as a dead letter + 31 to wait for the next month); got 30',
      'stages.staging.pipelines[0].lanes.campaign.quotaReserveCalls: must be at least 98,280 (two polls of 60 s × 819 calls/s); got 1',
    ]);
  });

  test('whose lanes ask for more than the account has is refused with the arithmetic', () => {
    // Given: 0.863 + 0.09 of the budget for links, which leaves nothing for QR and the governor
    const candidate = changed(
      [`${pipeline}.lanes.transactional.rateShare`, 0.09],
      [`${pipeline}.lanes.transactional.quotaReserveCalls`, 30_000],
    );
    // Then
    expect(faultsOf(candidate)).toEqual([
      'accounts.acme: the shares must come to at most floor(1000 × 0.95 × (1 − 0)) = 950 calls/s; got 963 ' +
        '(OneLink-production: transactional 5 × (15 + 2) + campaign 13 × 63 + QR 2 × 11 + expiry 2 × 9 + reader 1 × 18 + governor 1)',
    ]);
  });

  test('counts every pipeline of every stage against the account that it names', () => {
    expect(faultsOf(changed(['stages.staging.pipelines.0.account', 'acme']))).toEqual([
      'accounts.acme: the shares must come to at most floor(1000 × 0.95 × (1 − 0)) = 950 calls/s; got 1900 ' +
        '(OneLink-production: transactional 4 × (16 + 2) + campaign 13 × 63 + QR 2 × 11 + expiry 2 × 9 + reader 1 × 18 + governor 1; ' +
        'OneLink-staging: transactional 4 × (16 + 2) + campaign 13 × 63 + QR 2 × 11 + expiry 2 × 9 + reader 1 × 18 + governor 1)',
      'accounts.acme: the shares must come to at most floor(25 × 0.95 × (1 − 0)) = 23 QR calls/s; got 44 ' +
        '(OneLink-production: QR 2 × 11; OneLink-staging: QR 2 × 11)',
    ]);
  });

  test('gives every pipeline of an account a share of the month’s quota, or none', () => {
    const [first, second] = twoBrands();
    expect(faultsOf(brands(first, { ...second, monthlyQuotaShare: undefined }))).toEqual([
      'accounts.acme: monthlyQuotaShare must be set for all of its pipelines, or for none; Globex-production has none',
    ]);
    expect(faultsOf(brands({ ...first, monthlyQuotaShare: 0.7 }, second))).toEqual([
      'accounts.acme: the shares of the month’s quota must come to at most 1; got 1.1 (Acme-production: 0.7; Globex-production: 0.4)',
    ]);
    expect(faultsOf(brands({ ...first, monthlyQuotaShare: 0 }, second))).toEqual([
      'stages.production.pipelines[0].monthlyQuotaShare: must be a share from 0.001 to 1; got 0',
    ]);
    // 0.04 × 7,500,000
    expect(faultsOf(brands(first, { ...second, monthlyQuotaShare: 0.04 }))).toEqual([
      'stages.production.pipelines[1].lanes.campaign.quotaReserveCalls: must be below the monthly quota of 300,000 ' +
        '(monthlyQuotaShare × monthlyQuotaCalls); got 300000',
    ]);
    expect(() => validateConfiguration(brands({ ...first, monthlyQuotaShare: 0.6 }, second))).not.toThrow();
  });

  test('may not hold two pipelines of one name in a stage', () => {
    const one = config.stages.production?.pipelines[0];
    expect(faultsOf(changed(['stages.production.pipelines', [one, { ...one, account: 'acmeStaging' }]]))).toContain(
      'stages.production.pipelines[1].name: must be unique in its stage; got "OneLink"',
    );
  });

  test('that is not even an object of accounts and stages is refused without a crash', () => {
    const noMaps = [
      { accounts: [], stages: null },
      { accounts: {}, stages: { a: 1 } },
    ];
    for (const candidate of [undefined, null, 7, [], {}, ...noMaps]) {
      expect(faultsOf(candidate)).not.toEqual([]);
    }
  });

  test('fits its exported type', () => {
    const typed: Configuration = validateConfiguration(config);
    expect(Object.keys(typed.stages)).toEqual(['production', 'staging']);
  });

  test.each([
    ['no principal', []],
    ['a role without its unique ID', [{ role: 'arn:aws:iam::111122223333:role/crm' }]],
    ['an account', [{ account: '111122223333' }]],
  ])('with signed requests of a producer with %s is refused with the remedy', (_, principals) => {
    const path = 'stages.production.pipelines.0.producers.0';
    expect(faultsOf(changed([`${path}.principals`, principals], [`${path}.privateOutcomeQueue`, false]))).toEqual([
      `${at}.producers[0].http.iam: needs a role or user with a senderId, because only the unique ID of a role or user shows who ` +
        'has signed a request. Give one of its principals a `senderId`; got true',
    ]);
  });

  test.each([
    ['no principal', []],
    ['a service', [{ service: 'events.amazonaws.com', sourceArn: 'arn:aws:events:eu-west-1:111122223333:rule/crm' }]],
  ])('with a private outcome queue of a producer with %s alone is refused', (_, principals) => {
    const path = 'stages.production.pipelines.0.producers.0';
    expect(faultsOf(changed([`${path}.principals`, principals], [`${path}.http`, {}]))).toEqual([
      `${at}.producers[0].principals: must name a role, a user or an account, because nobody else may receive from the ` +
        `privateOutcomeQueue; got ${JSON.stringify(principals).slice(0, 100)}`,
    ]);
  });

  test('with one address for the outcomes of two producers is refused', () => {
    const url = 'https://hooks.acme.example/outcomes?of=links';
    const of = (index: number) => `stages.production.pipelines.0.producers.${index}.outcomeUrl`;
    expect(faultsOf(changed([of(0), url]))).toEqual([]);
    expect(faultsOf(changed([of(0), url], [of(2), `${url}2`]))).toEqual([]);
    expect(faultsOf(changed([of(0), url], [of(2), url]))).toEqual([
      `${at}.producers[2].outcomeUrl: must not be crm's as well, because SNS has one subscription for an address; got "https://hooks.acme.example/…"`,
    ]);
  });
});
