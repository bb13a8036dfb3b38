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
  test('is the first lane of its source', () => {
    const messages = withLanes(lines('{"source":"crm"}', '{"source":"product"}'), { lanes: {} }, producers);
    expect(messages.map(({ lane }) => lane)).toEqual(['campaign', 'transactional']);
  });

  test('is the lane of the set-up file, if that names one', () => {
    const messages = withLanes(
      lines('{"source":"crm"}', '{"source":"crm"}'),
      { lanes: { 2: 'transactional' } },
      producers,
    );
    expect(messages.map(({ lane }) => lane)).toEqual(['campaign', 'transactional']);
  });

  test('is the first producer’s if the line has no known source', () => {
    const messages = withLanes(lines('not JSON', '{"source":"loyalty"}'), { lanes: {} }, producers);
    expect(messages.map(({ lane }) => lane)).toEqual(['campaign', 'campaign']);
  });
});

describe('the pipeline to run', () => {
  test('is the first of the stage', () => {
    expect(chosenPipeline(config, 'staging').stackName).toBe('OneLink-staging');
  });

  test('must have a configured stage', () => {
    expect(() => chosenPipeline(config, 'prod')).toThrow(
      '--stage: must be one of the configured stages (production, staging), not prod',
    );
  });
});

test('the emulator has the account of the configuration', () => {
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
