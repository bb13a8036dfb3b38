import { describe, expect, test } from 'vitest';
import { type LinkPolicy, policyChecker } from '../../../../../lambdas/domain/policy/link-policy.ts';

const sentAt = Date.parse('2026-03-01T00:00:00Z');
const command = {
  action: 'create',
  source: 'crm',
  onelinkId: 'A1b3',
  data: { pid: 'email', c: 'spring-sale', af_web_dp: 'https://acme.example/' },
};

/** The rules that a command breaks, with the paths. */
function broken(policy: Omit<LinkPolicy, 'mode'>, change: Record<string, unknown> = {}): string[] {
  const check = policyChecker({ templates: {}, producers: { crm: { mode: 'enforce', ...policy } } });
  return check({ ...command, ...change }, sentAt).faults.map(({ path, rule }) => `${path} ${rule}`);
}
const data = (more: Record<string, unknown>) => ({ data: { ...command.data, ...more } });

test('a mandatory parameter must be there and not empty', () => {
  expect(broken({ mandatory: ['pid', 'c'] })).toEqual([]);
  expect(broken({ mandatory: ['af_channel'] })).toEqual(['data.af_channel policy-mandatory']);
  expect(broken({ mandatory: ['c'] }, data({ c: '' }))).toEqual(['data.c policy-mandatory']);
});

test('a forbidden parameter is found in any case', () => {
  expect(broken({ forbidden: ['af_sub5'] }, data({ AF_Sub5: 'x' }))).toEqual(['data.AF_Sub5 policy-forbidden']);
});

const disguises: [what: string, of: (name: string) => string][] = [
  ['capitals', (name) => name.toUpperCase()],
  ['a blank after it', (name) => `${name} `],
  ['a blank before it', (name) => ` ${name}`],
  ['a tab after it', (name) => `${name}\t`],
  ['a no-break space after it', (name) => `${name}\u00a0`],
  ['a plus sign after it, which a form reads as a blank', (name) => `${name}+`],
  ['an encoded blank after it', (name) => `${name}%20`],
  ['brackets', (name) => `${name}[]`],
  ['encoded brackets', (name) => `${name}%5B0%5D`],
  ['brackets with a key', (name) => `${name}[a][b]`],
  ['an encoded letter', (name) => `%61${name.slice(1)}`],
  ['a letter that is encoded twice', (name) => `%2561${name.slice(1)}`],
  ['a zero-width space', (name) => `${name.slice(0, 2)}\u200b${name.slice(2)}`],
  ['a soft hyphen', (name) => `${name.slice(0, 2)}\u00ad${name.slice(2)}`],
  ['an encoded zero-width joiner', (name) => `${name.slice(0, 2)}%E2%80%8D${name.slice(2)}`],
  ['a full-width letter', (name) => `ａ${name.slice(1)}`],
];

describe.each(disguises)('a name with %s', (_, of) => {
  test('is forbidden as the plain one is', () => {
    const name = of('af_sub5');
    expect(broken({ forbidden: ['af_sub5'] }, data({ [name]: 'x' }))).toEqual([`data.${name} policy-forbidden`]);
  });

  test('is held to the allowed values of the plain one', () => {
    const name = of('af_sub5');
    expect(broken({ allowed: { af_sub5: ['a'] } }, data({ [name]: 'x' }))).toEqual([`data.${name} policy-value`]);
  });

  test('must be a web address if the plain one must', () => {
    const name = of('af_r');
    const policy = { hosts: ['acme.example'], hostsOf: { af_r: ['r.example'] } };
    expect(broken(policy, data({ [name]: 'evil.example' }))).toEqual([`data.${name} policy-url`]);
    expect(broken(policy, data({ [name]: 'https://acme.example/' }))).toEqual([`data.${name} policy-host`]);
  });

  test('is not the mandatory parameter', () => {
    const name = of('af_ad');
    expect(broken({ mandatory: ['af_ad'] }, data({ [name]: 'x' }))).toEqual(['data.af_ad policy-mandatory']);
  });
});

test('a forbidden name in the configuration has the same canonical form', () => {
  expect(broken({ forbidden: ['AF_Sub5[]'] }, data({ af_sub5: 'x' }))).toEqual(['data.af_sub5 policy-forbidden']);
});

test('a name that is encoded too often to tell is refused', () => {
  const name = `%${'25'.repeat(10)}61f_sub5`;
  expect(broken({}, data({ [name]: 'x' }))).toEqual([`data.${name} policy-forbidden`]);
});

test('a name that only resembles a forbidden one is free', () => {
  const more = { af_sub5x: 'x', 'x[af_sub5]': 'x', xaf_sub5: 'x', '[]': 'x' };
  expect(broken({ forbidden: ['af_sub5'] }, data(more))).toEqual([]);
});

test('a parameter must have an allowed value, or match a pattern', () => {
  const policy = { allowed: { pid: ['email', 'sms'], c: ['spring-*'] } };
  expect(broken(policy)).toEqual([]);
  expect(broken(policy, data({ pid: 'Email', c: 'summer' }))).toEqual(['data.pid policy-value', 'data.c policy-value']);
  expect(broken(policy, data({ PID: 'other' }))).toEqual(['data.PID policy-value']);
});

test('hosts hold for each parameter that leads somewhere', () => {
  const policy = { hosts: ['acme.example'] };
  expect(broken(policy)).toEqual([]);
  for (const name of ['af_web_dp', 'af_r', 'af_ios_url', 'af_android_url', 'af_og_image', 'deep_link_value', 'mine']) {
    expect(broken(policy, data({ [name]: 'https://evil.example' }))).toEqual([`data.${name} policy-host`]);
  }
});

test('one parameter may have hosts of its own', () => {
  const policy = { hosts: ['acme.example'], hostsOf: { af_og_image: ['cdn.example'] } };
  expect(broken(policy, data({ af_og_image: 'https://cdn.example/a.png' }))).toEqual([]);
  expect(broken(policy, data({ af_og_image: 'https://acme.example/a.png' }))).toEqual(['data.af_og_image policy-host']);
});

test('an app may be opened only by an allowed scheme', () => {
  const policy = { schemes: ['acmeapp'] };
  expect(broken(policy, data({ af_dp: 'acmeapp://p' }))).toEqual([]);
  expect(broken(policy, data({ af_dp: 'evilapp://p' }))).toEqual(['data.af_dp policy-scheme']);
  expect(broken(policy, data({ deep_link_value: 'evilapp://p' }))).toEqual(['data.deep_link_value policy-scheme']);
});

describe('with a list of schemes, every parameter is held to it', () => {
  const refused = [
    'mailto:a@evil.example',
    'tel:+490000',
    'sms:+490000',
    'market:details?id=evil',
    'itms-apps:x',
    'ftp:evil.example',
    'feed:https://evil.example',
    'jar:https://evil.example!/a',
    'filesystem:https://evil.example/a',
    'TEL:+490000',
    'evilapp://p',
    'evil.app://p',
  ];
  test.each(refused)('%s', (value) => {
    expect(broken({ schemes: ['acmeapp'] }, data({ deep_link_value: value }))).toEqual([
      'data.deep_link_value policy-scheme',
    ]);
  });

  test('%74el:+490000 is unclear', () => {
    expect(broken({ schemes: ['acmeapp'] }, data({ mine: '%74el:+490000' }))).toEqual(['data.mine policy-url']);
  });

  test.each(['product:123', 'telly:1', '12:30', 'acmeapp:product', 'acmeapp://p'])('%s is free', (value) => {
    expect(broken({ schemes: ['acmeapp'] }, data({ deep_link_value: value }))).toEqual([]);
  });

  test('a scheme on it is allowed', () => {
    expect(broken({ schemes: ['tel'] }, data({ deep_link_value: 'tel:+490000' }))).toEqual([]);
  });
});

test('without a list of schemes, the scheme of an app is free', () => {
  expect(broken({ hosts: ['acme.example'] }, data({ af_dp: 'acmeapp://p' }))).toEqual([]);
});

describe.each<[string, Omit<LinkPolicy, 'mode'>]>([
  ['with nothing but a mode', {}],
  ['with other parts', { mandatory: ['c'], ttlHours: { most: 2_160 } }],
  ['with hosts', { hosts: ['acme.example'] }],
  ['with schemes', { schemes: ['acmeapp'] }],
  ['that lists the scheme', { schemes: ['javascript', 'data', 'file', 'intent', 'jar'] }],
])('a policy %s refuses what runs code or wraps a URL', (_, policy) => {
  test.each([
    ['af_dp', 'javascript:alert(1)'],
    ['af_dp', 'JavaScript:alert(1)'],
    ['deep_link_value', 'data:text/html,x'],
    ['mine', 'file:///etc/hosts'],
    ['mine', 'intent:#Intent;S.browser_fallback_url=https://evil.example;end'],
    ['mine', 'jar:https://evil.example!/a'],
  ])('in %s: %s', (name, value) => {
    expect(broken(policy, data({ [name]: value }))).toEqual([`data.${name} policy-scheme`]);
  });

  test.each([
    ['a tab inside', 'java\tscript:alert(1)'],
    ['an encoded letter', '%6aavascript:alert(1)'],
    ['an encoded no-break space', '%C2%A0javascript:alert(1)'],
    ['more encodings than anybody counts', `%${'25'.repeat(10)}6aavascript:alert(1)`],
  ])('behind a disguise: %s', (_what, value) => {
    for (const name of ['af_dp', 'deep_link_value']) {
      expect(broken(policy, data({ [name]: value }))).toEqual([`data.${name} policy-url`]);
    }
  });
});

test('a policy without hosts and schemes leaves every other URL free', () => {
  const free = {
    af_web_dp: 'https://evil.example',
    deep_link_value: '//evil.example',
    mine: 'https%3A%2F%2Fa.example',
  };
  expect(broken({ mandatory: ['c'] }, data(free))).toEqual([]);
});

describe('the TTL stays within its bounds', () => {
  const policy = { ttlHours: { least: 24, most: 24 * 90 } };
  test.each([
    ['the bounds themselves', { ttl: '1d' }, []],
    ['the upper bound itself', { ttl: '90d' }, []],
    ['a shorter one', { ttl: '23h' }, ['ttl policy-ttl']],
    ['a longer one', { ttl: 91 }, ['ttl policy-ttl']],
    ['an update that keeps its link’s own', { action: 'update' }, []],
    ['a link that is kept for longer', { keepUntil: '2026-12-01T00:00:00Z' }, ['keepUntil policy-ttl']],
  ])('%s', (_, change, expected) => {
    expect(broken(policy, change)).toEqual(expected);
  });
});

test('a create without a TTL lives 31 days, which a policy may refuse', () => {
  expect(broken({ ttlHours: { most: 48 } })).toEqual(['ttl policy-ttl']);
  expect(broken({ ttlHours: { most: 31 * 24 } })).toEqual([]);
});

test('the template’s policy and the producer’s both apply', () => {
  const check = policyChecker({
    templates: { A1b3: { mode: 'enforce', mandatory: ['af_channel'] } },
    producers: { crm: { mode: 'enforce', mandatory: ['af_ad'] } },
  });
  expect(check(command, sentAt).faults.map(({ path }) => path)).toEqual(['data.af_channel', 'data.af_ad']);
});

test('a policy that warns refuses nothing', () => {
  const check = policyChecker({ templates: {}, producers: { crm: { mode: 'warn', mandatory: ['af_ad'] } } });
  expect(check(command, sentAt)).toMatchObject({ faults: [], warnings: [{ path: 'data.af_ad' }] });
});

test('a delete and a QR command have no data to check', () => {
  expect(broken({ mandatory: ['c'] }, { action: 'delete', data: undefined })).toEqual([]);
});

test('a source named like a property of every object has no policy', () => {
  const check = policyChecker({ templates: {}, producers: {} });
  expect(check({ ...command, source: 'constructor', onelinkId: '__proto__' }, sentAt).faults).toEqual([]);
});

test('no message holds a value of the command', () => {
  const check = policyChecker({
    templates: {},
    producers: { crm: { mode: 'enforce', hosts: ['acme.example'], allowed: { c: ['a'] }, schemes: [] } },
  });
  const secret = { c: 'sesame-1', af_web_dp: 'https://sesame-2.example', af_dp: 'sesame3://x', af_r: 'sesame-4' };
  const { faults } = check({ ...command, data: { pid: 'email', ...secret } }, sentAt);
  expect(faults).toHaveLength(4);
  expect(JSON.stringify(faults)).not.toContain('sesame');
});
