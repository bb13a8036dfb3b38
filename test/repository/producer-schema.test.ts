import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { LinkPolicy } from '../../lambdas/domain/policy/link-policy.ts';
import { producerJsonSchema } from '../../schemas/producer-schema.ts';

const command = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'r-1',
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'email', c: 'spring-sale' },
  requestedAt: '2026-03-01T10:00:00Z',
};

/** Whether a validator in another language would accept the command, under a policy of the source and one of the template. */
function accepts(policy: Omit<LinkPolicy, 'mode'>, change: object = {}, ofTemplate: Omit<LinkPolicy, 'mode'> = {}) {
  const schema = producerJsonSchema({
    source: 'crm',
    templates: ['A1b3', 'abc123'],
    policies: {
      templates: { A1b3: { mode: 'enforce', ...ofTemplate } },
      producers: { crm: { mode: 'enforce', ...policy } },
    },
    contract: { maxDataCharacters: 2_048, maxTtlDays: 365 },
  });
  return new Ajv2020({ strict: false, validateFormats: false }).compile(schema)({ ...command, ...change });
}
const data = (more: object) => ({ data: { ...command.data, ...more } });

test('the schema of a producer without a policy accepts what the contract accepts, for its own source and templates', () => {
  expect(accepts({})).toBe(true);
  expect(accepts({}, { source: 'studio' })).toBe(false);
  expect(accepts({}, { onelinkId: 'Z9z9' })).toBe(false);
  expect(accepts({}, { unknown: 1 })).toBe(false);
});

test('the schema knows mandatory, forbidden and allowed parameters', () => {
  expect(accepts({ mandatory: ['af_ad'] })).toBe(false);
  expect(accepts({ mandatory: ['c'] }, data({ c: '' }))).toBe(false);
  expect(accepts({ forbidden: ['af_ad'] }, data({ AF_AD: 'x' }))).toBe(false);
  expect(accepts({ allowed: { c: ['spring-*', 'a.b'] } })).toBe(true);
  expect(accepts({ allowed: { c: ['spring-*', 'a.b'] } }, data({ c: 'axb' }))).toBe(false);
});

describe('the schema knows the hosts of web addresses', () => {
  const policy = { hosts: ['acme.example', '*.shop.acme.example'], hostsOf: { af_og_image: ['cdn.example'] } };
  test.each([
    ['https://acme.example', true],
    ['https://ACME.example/a?b', true],
    ['https://acme.example:443/', true],
    ['https://eu.shop.acme.example/a', true],
    ['https://shop.acme.example/', false],
    ['https://evil.example/', false],
    ['https://acme.example@evil.example/', false],
    ['https://acme.example.evil.example/', false],
    ['https://evil.example/.shop.acme.example', false],
    ['https://evil.example?.shop.acme.example', false],
    ['https://evil.example:1.shop.acme.example', false],
  ])('%s', (url, expected) => {
    expect(accepts(policy, data({ af_web_dp: url }))).toBe(expected);
  });

  test('and those of one parameter', () => {
    expect(accepts(policy, data({ af_og_image: 'https://cdn.example/a.png' }))).toBe(true);
    expect(accepts(policy, data({ af_og_image: 'https://acme.example/a.png' }))).toBe(false);
  });
});

test('the schema knows the schemes of the app', () => {
  expect(accepts({ schemes: ['acmeapp'] }, data({ af_dp: 'AcmeApp://p' }))).toBe(true);
  expect(accepts({ schemes: ['acmeapp'] }, data({ af_dp: 'evil://p' }))).toBe(false);
  // A web address that opens the app is a matter of `hosts`, as for the worker.
  expect(accepts({ schemes: ['acmeapp'] }, data({ af_dp: 'https://acme.example/p' }))).toBe(true);
});

test('the schema of any policy refuses a harmful scheme of the app', () => {
  expect(accepts({}, data({ af_dp: 'JavaScript:alert(1)' }))).toBe(false);
  expect(accepts({}, data({ af_dp: 'javascripts:1' }))).toBe(true);
});

test('the schema applies a template’s policy to that template only', () => {
  const ofTemplate = { mandatory: ['af_ad'] };
  expect(accepts({}, {}, ofTemplate)).toBe(false);
  expect(accepts({}, { onelinkId: 'abc123' }, ofTemplate)).toBe(true);
});

test('a delete has no data, so no policy on data refuses it', () => {
  const { data: _, ...remove } = { ...command, action: 'delete', shortlinkId: 'spring' };
  const schema = producerJsonSchema({
    source: 'crm',
    templates: ['A1b3'],
    policies: { templates: {}, producers: { crm: { mode: 'enforce', mandatory: ['c'] } } },
    contract: { maxDataCharacters: 2_048, maxTtlDays: 365 },
  });
  expect(new Ajv2020({ strict: false, validateFormats: false }).compile(schema)(remove)).toBe(true);
});
