import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { costOf } from '../../../../../cli/commands/plan/campaign-cost.ts';
import { DryRun } from '../../../../../cli/commands/plan/dry-run.ts';
import { rowsOf } from '../../../../../cli/commands/plan/plan.ts';
import { figuresOf, quotaOf, withoutErasures } from '../../../../../cli/commands/plan/plan-figures.ts';
import { planWords, readingOf, readingWords } from '../../../../../cli/commands/plan/plan-report.ts';
import { roomFor, timeOf, timesOf } from '../../../../../cli/pipeline/campaign/lane-times.ts';
import { configuredPipelines, plansOf } from '../../../../../cli/pipeline/configured-pipeline.ts';
import { config } from '../../../../../examples/configuration.ts';
import { nearNames } from '../../../../../lambdas/domain/campaign/near-names.ts';
import { commandReader, noPolicy } from '../../../../../lambdas/domain/contract/command-reading.ts';
import { testFolder } from '../../../../world/test-folder.ts';

const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
const account = config.accounts.acme ?? expect.fail('no account');
const now = Date.parse('2026-03-10T12:00:00Z');

describe('a reading', () => {
  test('takes its links divided by what the reader reaches, a share that all tools have together', () => {
    // 18 calls a second at a utilisation of 92 %
    const reading = readingOf(1_000_000, { settings, account });
    expect(reading.seconds).toBeCloseTo(60_493.8, 1);
    expect(readingWords(reading)).toBe(
      'reading         1,000,000 links: 16 h 48 min, at 17 GETs/s, which all tools share',
    );
  });
});

describe('the time', () => {
  const worker = {
    gap: 'before' as const,
    afterCrash: 0,
    batchSize: 1,
    windowSeconds: 0,
    busySeconds: 1,
    leastUtilisation: 0.4,
    callsInFlight: 1,
    timeoutSeconds: 1,
    visibilityTimeoutSeconds: 1,
    mostReturnedMessages: 3_000,
  };
  // 8 × 100 × 0.5 = 400 calls a second; 2 × 5 × 1 = 10 QR codes a second.
  const plan = {
    link: { ...worker, concurrency: 8, callsPerSecond: 100, utilisation: 0.5 },
    qr: { ...worker, concurrency: 2, callsPerSecond: 5, utilisation: 1 },
  };
  const load = { lane: 'campaign', quotaCalls: 4_000, lookups: 0, qrCodes: 0 };

  test.each([
    [
      'the lane’s pace times its utilisation',
      {},
      {},
      { seconds: 10, longestSeconds: 12.5, bound: 'rate', callsPerSecond: 400 },
    ],
    ['that pace, lookups included', { lookups: 400 }, {}, { seconds: 11, bound: 'rate' }],
    ['the QR codes if there are many', { qrCodes: 600 }, {}, { seconds: 60, longestSeconds: 150, bound: 'qr-rate' }],
    ['an hourly cap: more commands wait', {}, { hourlyCapCalls: 1_000 }, { seconds: 10_800, bound: 'hourly-cap' }],
    ['a daily cap: more commands wait', {}, { dailyCapCalls: 3_999 }, { seconds: 86_400, bound: 'daily-cap' }],
    ['the pace within a daily cap', {}, { dailyCapCalls: 4_000 }, { bound: 'rate' }],
  ])('is set by %s', (_, change, caps, time) => {
    expect(timeOf({ ...load, ...change }, plan, caps)).toMatchObject({ lane: 'campaign', ...time });
  });
});

test('the QR codes of all lanes share one worker, and a lane without codes does not wait for them', () => {
  const loads = [
    { lane: 'campaign', quotaCalls: 100, lookups: 0, qrCodes: 900 },
    { lane: 'transactional', quotaCalls: 100, lookups: 0, qrCodes: 100 },
  ];
  const seconds = (some: typeof loads) =>
    timesOf(some, plansOf({ settings, account }), settings.lanes).map(
      (time) => `${time.bound} ${Math.round(time.seconds)}`,
    );
  // 2 × 11 calls a second at a utilisation of 91 %: a thousand codes take fifty seconds
  expect(seconds(loads)).toEqual(['qr-rate 50', 'qr-rate 50']);
  const [campaign, transactional] = loads;
  expect(campaign && transactional && seconds([campaign, { ...transactional, qrCodes: 0 }])).toEqual([
    'qr-rate 45',
    'rate 2',
  ]);
});

describe('the room in the quota', () => {
  const load = { lane: 'campaign', lookups: 0, qrCodes: 0 };
  const alone = (quotaCalls: number) => [{ ...load, quotaCalls, reserveCalls: 100 }];
  const month = { monthlyQuotaCalls: 1_000, remaining: 600 };

  test.each([
    ['enough if the lane stays above its reserve', alone(500), {}, { needsPercent: 50, result: 'room', parked: 0 }],
    ['not enough if the lane would reach its reserve', alone(501), {}, { result: 'parks', parked: 1 }],
    ['not enough below the reserve', alone(501), { remaining: 50 }, { result: 'parks', parked: 501 }],
    [
      'shared, and the lane with the larger reserve stops first',
      [{ ...load, quotaCalls: 200, reserveCalls: 0 }, ...alone(500)],
      {},
      { result: 'parks', parked: 100 },
    ],
    [
      'at risk if the forecast needs the calls',
      alone(400),
      { projectedMonthEndPercent: 61 },
      { result: 'month-at-risk' },
    ],
    ['enough if the forecast leaves the calls', alone(400), { projectedMonthEndPercent: 60 }, { result: 'room' }],
  ])('is %s', (_, loads, change, room) => {
    expect(roomFor(loads, { ...month, ...change })).toMatchObject(room);
  });
});

test('the cost grows with the links, and QR codes add to it', () => {
  const dollars = (links: number, qrCodes: number, lane = 'campaign') =>
    costOf([{ lane, links, qrCodes }], settings, account).dollars;
  expect(dollars(0, 0)).toBe(0);
  expect(dollars(2_000_000, 0)).toBeCloseTo(2 * dollars(1_000_000, 0), 9);
  expect(dollars(1_000_000, 1_000_000)).toBeGreaterThan(dollars(1_000_000, 0));
});

test('each lane is priced by its own batches', () => {
  const work = { links: 1_000_000, qrCodes: 0 };
  const [bulk, urgent] = ['campaign', 'transactional'].map(
    (lane) => costOf([{ lane, ...work }], settings, account).dollars,
  );
  // An invocation of ten takes 0.88 s instead of 0.16 s, each outcome is published alone, and ten share a control record's read.
  expect((urgent ?? 0) - (bulk ?? 0)).toBeCloseTo(0.96 + 0.45 + 0.09 + 0.07, 1);
  const both = costOf(
    ['campaign', 'transactional'].map((lane) => ({ lane, ...work })),
    settings,
    account,
  );
  expect(both.dollars).toBeCloseTo((bulk ?? 0) + (urgent ?? 0), 9);
  expect(() => costOf([{ lane: 'none', ...work }], settings, account)).toThrow('must hold the lane none');
});

test('with a key of the customer, each object costs a request to KMS', () => {
  // Given
  const { production = expect.fail('no production') } = config.stages;
  const keyed = { ...config, stages: { production: { ...production, landingZone: { key: 'own' } } } };
  const load = { lane: 'campaign', quotaCalls: 1_000_000, lookups: 0, qrCodes: 20_000 };
  const dollars = (of: typeof config) => {
    const [pipeline = expect.fail('no pipeline')] = configuredPipelines(of);
    return figuresOf([load], { monthlyQuotaCalls: 7_500_000, remaining: 7_500_000 }, undefined, pipeline).cost.dollars;
  };
  // When, Then: 20,000 images, and 2,000 objects of the history with 500 ends each, at three millionths
  expect(dollars(keyed) - dollars(config)).toBeCloseTo(0.066, 6);
});

test('a delete costs its command and its record, and no record of a link', () => {
  const dollars = (links: number, deletes: number) =>
    costOf([{ lane: 'campaign', links, qrCodes: 0, deletes }], settings, account).dollars;
  expect(dollars(0, 1_000_000)).toBeGreaterThan(0);
  expect(dollars(0, 1_000_000)).toBeLessThan(dollars(1_000_000, 0));
  expect(dollars(1_000_000, 1_000_000)).toBeCloseTo(dollars(1_000_000, 0) + dollars(0, 1_000_000), 9);
});

describe('the dry run', () => {
  const dryRun = () =>
    new DryRun({
      laneOf: (source) => (source === 'crm' ? 'campaign' : undefined),
      readerOf: () =>
        commandReader({
          policy: noPolicy,
          contract: account,
          producers: settings.producers.map((producer) => ({ ...producer, privateOutcomes: true })),
          templates: settings.templates,
        }),
      nowMilliseconds: now,
    });
  const create = (requestId: string, change: object = {}) =>
    JSON.stringify({
      specVersion: '1.0',
      source: 'crm',
      requestId,
      action: 'create',
      onelinkId: 'A1b3',
      data: { pid: 'sms', utm_mobile: 'secret-phone' },
      requestedAt: '2026-03-10T11:00:00Z',
      ...change,
    });
  const found = (...bodies: string[]) => {
    const run = dryRun();
    const findings = bodies.map((body, index) => run.row(index + 1, body)?.finding ?? 'valid');
    return { run, findings };
  };

  test('counts the load that valid rows put on their lane', () => {
    const change = { requestId: 'r-3', action: 'delete', shortlinkId: 'x', data: undefined };
    const { run, findings } = found(
      create('r-1', { qr: {} }),
      create('r-2', { shortlinkId: 'mine' }),
      create('r-3', change),
      create('r-4', { ...change, requestId: 'r-4', action: 'qr' }),
    );
    expect(findings).toEqual(['valid', 'valid', 'valid', 'valid']);
    expect(run.loads).toEqual([{ lane: 'campaign', quotaCalls: 3, lookups: 1, qrCodes: 2 }]);
    expect(Object.fromEntries(run.actions)).toEqual({ create: 2, delete: 1, qr: 1 });
  });

  test('finds what the lane would refuse, and shows no value', () => {
    const run = dryRun();
    const row = run.row(7, create('r-1', { ttl: 'secret-ttl', onelinkId: 'zzzz' }));
    expect(row).toMatchObject({ line: 7, finding: 'invalid' });
    expect(row?.faults.map(({ rule }) => rule).sort()).toEqual(['not-allowed', 'ttl']);
    expect(JSON.stringify(row)).not.toContain('secret');
    expect(found('nope', create('r-2', { source: 'stranger' })).findings).toEqual(['unreadable', 'no-lane']);
  });

  test('warns of names that are almost known ones, and counts the row as valid', () => {
    const run = dryRun();
    const row = run.row(1, create('r-1', { data: { pid: 'sms', 'deep_link_value ': 'secret' } }));
    expect(row).toMatchObject({ finding: 'near-name', faults: [{ path: 'data.deep_link_value ', rule: 'near-name' }] });
    expect(run.loads).toEqual([{ lane: 'campaign', quotaCalls: 1, lookups: 0, qrCodes: 0 }]);
    expect(run.row(2, create('r-2', { data: { 'pid ': 'sms' } }))?.faults.map(({ rule }) => rule)).toEqual([
      'required',
      'near-name',
    ]);
  });

  test('finds rows whose validUntil has passed', () => {
    expect(found(create('r-1', { validUntil: '2026-03-10T11:59:59Z' })).findings).toEqual(['stale']);
  });

  test('distinguishes a repeat from another command under the same requestId', () => {
    const again = create('r-1', { requestedAt: '2026-03-10T11:30:00Z' });
    const { run, findings } = found(create('r-1'), again, create('r-1', { ttl: '7d' }));
    expect(findings).toEqual(['valid', 'repeat', 'request-id-reused']);
    expect(run.loads[0]?.quotaCalls).toBe(1);
    expect(dryRun().row(1, create('r-1'))).toBeUndefined();
  });

  test('counts each get, because a repeat reads again', () => {
    const get = (requestId: string, shortlinkId: string) =>
      create(requestId, { action: 'get', shortlinkId, data: undefined });
    const { run, findings } = found(get('g-1', 'one'), get('g-1', 'one'), get('g-1', 'two'));
    expect(findings).toEqual(['valid', 'valid', 'valid']);
    expect(run.loads).toEqual([{ lane: 'campaign', quotaCalls: 0, lookups: 3, qrCodes: 0 }]);
  });

  test('finds an ID that two creates of one template choose', () => {
    const chosen = { shortlinkId: 'spring' };
    const elsewhere = { ...chosen, onelinkId: 'abc123' };
    const { findings } = found(create('r-1', chosen), create('r-2', chosen), create('r-3', elsewhere));
    expect(findings).toEqual(['valid', 'chosen-id-taken', 'valid']);
  });

  test('accepts a chosen ID again after a row that deletes its link', () => {
    const chosen = { shortlinkId: 'spring' };
    const remove = (requestId: string, more: object = {}) =>
      create(requestId, { ...chosen, action: 'delete', data: undefined, ...more });
    const again = found(create('r-1', chosen), remove('r-2'), create('r-3', chosen), create('r-4', chosen));
    expect(again.findings).toEqual(['valid', 'valid', 'valid', 'chosen-id-taken']);
    const other = found(create('r-1', chosen), remove('r-2', { shortlinkId: 'other' }), create('r-3', chosen));
    expect(other.findings).toEqual(['valid', 'valid', 'chosen-id-taken']);
  });

  test('shows every fault of a row without a known lane', () => {
    const run = dryRun();
    const faultsOf = (row: number, body: string) => {
      const found = run.row(row, body);
      return [found?.finding, ...(found?.faults.map(({ path, rule }) => `${path} ${rule}`) ?? [])];
    };
    const stranger = create('r-1', { source: 'stranger', ttl: '1y', data: { c: ' x' } });
    const all = ['no-lane', 'source lane', 'data.c format', 'data.pid required', 'ttl ttl'];
    expect(faultsOf(1, stranger)).toEqual(all);
    expect(faultsOf(2, create('r-2', { source: 'stranger' }))).toEqual(['no-lane', 'source lane']);
    expect(faultsOf(3, create('r-3', { source: undefined }))).toEqual(['invalid', 'source required']);
    expect(faultsOf(4, create('r-4', { source: 7, ttl: '1y' }))).toEqual(['invalid', 'source type', 'ttl ttl']);
  });
});

describe('a parameter whose name is almost a known one', () => {
  const warned = (name: string) =>
    nearNames({ pid: 'sms', [name]: 'secret' }).map(({ path, message }) => `${path}: ${message}`);

  test.each([
    ['deep_link_value ', 'deep_link_value'],
    [' c', 'c'],
    ['deep_link_value\u200b', 'deep_link_value'],
    ['Deep_Link_Value', 'deep_link_value'],
    ['deep-link-value', 'deep_link_value'],
    ['deeplinkvalue', 'deep_link_value'],
    ['deep_link_vaule', 'deep_link_value'],
    ['deep_link_valeu', 'deep_link_value'],
    ['af_chanel', 'af_channel'],
    ['utm_campain', 'utm_campaign'],
    ['af_sub 1', 'af_sub1'],
    ['ｐｉｄ', 'pid'],
    ['\u0441', 'c'],
    ['\u0430f_\u0445\u0440', 'af_xp'],
    ['p\u0456d', 'pid'],
    ['af_\u0455ub_\u0455iteid', 'af_sub_siteid'],
    ['d\u0435\u0435p_link_value', 'deep_link_value'],
    ['af_click_l\u043e\u043ekback', 'af_click_lookback'],
    ['\u03b1f_\u03b1d', 'af_ad'],
    ['\u03c1\u03b9d', 'pid'],
    ['af_click_l\u03bf\u03bfkback', 'af_click_lookback'],
    ['PID', 'pid'],
  ])('causes a warning: %j', (name, known) => {
    expect(warned(name)).toEqual([`data.${name}: is almost ${known}, but is a different parameter`]);
  });

  test.each([
    ['brandDomain', 'brandDomain'],
    ['Brand-Domain', 'brandDomain'],
    ['TTL', 'ttl'],
    ['qr', 'qr'],
    ['renewTtl', 'renewTtl'],
    ['keepUntil', 'keepUntil'],
    ['keepUntill', 'keepUntil'],
    ['brandDomian', 'brandDomain'],
    ['shortlinkId', 'shortlinkId'],
    ['shortlink_id', 'shortlinkId'],
    ['metadata', 'metadata'],
    ['templateId', 'onelinkId'],
    ['validUntil', 'validUntil'],
  ])('causes a warning if it is a field that belongs outside data: %s', (name, field) => {
    expect(warned(name)).toEqual([
      `data.${name}: belongs outside data, as ${field}: here it becomes a parameter of the link`,
    ]);
  });

  test.each(['my_name ', '\tx', 'na\u0000me', 'x\u00ad'])(
    'causes a warning if it holds an invisible character: %j',
    (name) => {
      expect(warned(name)).toEqual([`data.${name}: starts or ends with a blank, or holds an invisible character`]);
    },
  );

  test.each([
    'deep_link_value',
    'deep_link_sub10',
    'af_sub6',
    'af_sub',
    'deep_link_sub11',
    'cc',
    'ad',
    'coupon',
    'клиент',
    'a b',
    'x'.repeat(10_000),
  ])('causes no warning if it is like no known name: %s', (name) => {
    expect(warned(name)).toEqual([]);
  });
});

describe('the file', () => {
  const at = testFolder();

  async function read(path: string): Promise<string[]> {
    const read: string[] = [];
    for await (const { line, body } of rowsOf(path)) read.push(`${line} ${body}`);
    return read;
  }

  async function rows(text: string) {
    const path = at('campaign');
    await writeFile(path, text);
    return read(path);
  }

  test('is NDJSON whatever its lines hold, and blank lines count', async () => {
    expect(await rows('{"a":1}\n\nnope\r\n{"b":2}')).toEqual(['1 {"a":1}', '3 nope', '4 {"b":2}']);
    expect(await rows('nope\n{"b":2}\n')).toEqual(['1 nope', '2 {"b":2}']);
    expect(await rows('')).toEqual([]);
  });

  test('may be a JSON array, or one object over several lines', async () => {
    expect(await rows('[{"a":1},\n{"b":2}]')).toEqual(['1 {"a":1}', '2 {"b":2}']);
    expect(await rows('[\n{"a":1}\n]')).toEqual(['1 {"a":1}']);
    expect(await rows('{\n  "a": {\n"b":2}}\n')).toEqual(['1 {"a":{"b":2}}']);
  });

  test('that does not exist causes an error', async () => {
    await expect(read(at('nothing'))).rejects.toThrow('nothing cannot be read');
  });
});

describe('the quota of a plan', () => {
  const seenAt = Date.parse('2026-03-10T12:00:00Z');
  const quota = { monthlyQuotaCalls: 1_000, remaining: 500, projectedMonthEndPercent: 80, polledAt: seenAt };

  test('counts the deletes of running erasures as spent', () => {
    expect(withoutErasures(quota, 100)).toEqual({
      monthlyQuotaCalls: 1_000,
      remaining: 400,
      projectedMonthEndPercent: 90,
      openDeletes: 100,
      seenAt,
    });
    expect(withoutErasures({ ...quota, projectedMonthEndPercent: undefined }, 700)).toMatchObject({
      remaining: 0,
      projectedMonthEndPercent: undefined,
    });
  });

  test('names them', () => {
    const [pipeline = expect.fail('no pipeline')] = configuredPipelines(config);
    const load = { lane: 'campaign', quotaCalls: 10, lookups: 0, qrCodes: 0 };
    const words = (openDeletes: number) =>
      planWords(figuresOf([load], withoutErasures(quota, openDeletes), undefined, pipeline)).join('\n');
    expect(words(1)).toContain('499 are left after 1 delete of running erasures (2026-03-10 12:00:00 UTC)');
    expect(words(0)).toContain('500 are left (2026-03-10 12:00:00 UTC)');
  });

  test('is that of the pipeline’s share, if it has one, beside the account’s', async () => {
    const [whole = expect.fail('no pipeline')] = configuredPipelines(config);
    const pipeline = { ...whole, settings: { ...whole.settings, monthlyQuotaShare: 0.5 } };
    const load = { lane: 'campaign', quotaCalls: 75_000, lookups: 0, qrCodes: 0 };
    const unused = () => expect.fail('reads no pipeline');
    const all = await quotaOf({}, { deployed: unused } as never, pipeline);
    expect(all).toEqual({ monthlyQuotaCalls: 7_500_000, shareCalls: 3_750_000, remaining: 3_750_000 });
    expect(planWords(figuresOf([load], all, undefined, pipeline)).join('\n')).toContain(
      '2.0 % of the pipeline’s share of 3,750,000 calls, 1.0 % of the month’s 7,500,000 calls of the account; the whole share is left: there is room',
    );
    // More than the share, and less than the account.
    const large = { ...load, quotaCalls: 4_000_000 };
    expect(figuresOf([large], all, undefined, pipeline).room).toMatchObject({ result: 'parks' });
  });
});
