import { describe, expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import { withLanes } from '../../../../local/start/campaign-input.ts';
import { chosenPipeline } from '../../../../local/start/chosen-pipeline.ts';
import { emulatorSettings } from '../../../../local/start/emulator-settings.ts';

const producers = [
  { source: 'crm', lanes: ['campaign', 'transactional'] },
  { source: 'product', lanes: ['transactional'] },
];
const lines = (...bodies: string[]) => bodies.map((body, index) => ({ line: index + 1, body }));

describe('the lane of a line', () => {
  test('is its source’s first one', () => {
    const messages = withLanes(lines('{"source":"crm"}', '{"source":"product"}'), { lanes: {} }, producers);
    expect(messages.map(({ lane }) => lane)).toEqual(['campaign', 'transactional']);
  });

  test('is another one where the set-up says so', () => {
    const messages = withLanes(
      lines('{"source":"crm"}', '{"source":"crm"}'),
      { lanes: { 2: 'transactional' } },
      producers,
    );
    expect(messages.map(({ lane }) => lane)).toEqual(['campaign', 'transactional']);
  });

  test('is the first producer’s when nobody can tell', () => {
    const messages = withLanes(lines('not JSON', '{"source":"loyalty"}'), { lanes: {} }, producers);
    expect(messages.map(({ lane }) => lane)).toEqual(['campaign', 'campaign']);
  });
});

describe('the pipeline to run', () => {
  test('is the stage’s first', () => {
    expect(chosenPipeline(config, 'staging').stackName).toBe('OneLink-staging');
  });

  test('must be in the configuration', () => {
    expect(() => chosenPipeline(config, 'prod')).toThrow(
      '--stage: must be one of the configured stages (production, staging); got prod',
    );
  });
});

test('the emulator’s account is the one of the configuration', () => {
  const { settings, account } = chosenPipeline(config, 'production');
  const limits = { ...account, callsPerSecond: 500, qrCallsPerSecond: 10, monthlyQuotaCalls: 9, accountId: 'acc-1' };
  const templates = {
    A1b3: { domain: 'Acme.onelink.me', brandDomains: ['go.acme.example'] },
    Tps7: { domain: 'Links.initech.example/R', brandDomains: [] },
  };
  expect(emulatorSettings({ settings: { ...settings, templates }, account: limits }, 'a-token')).toEqual({
    token: 'a-token',
    accountId: 'acc-1',
    templates: {
      A1b3: { subdomain: 'acme', brandDomains: ['go.acme.example'] },
      Tps7: { subdomain: 'links-initech-example', domain: 'links.initech.example/R', brandDomains: [] },
    },
    requestsPerSecond: 500,
    qrRequestsPerSecond: 10,
    monthlyQuota: 9,
    maxDataCharacters: 2_048,
    queryStringCounts: false,
    maxTtlDays: 365,
  });
});
