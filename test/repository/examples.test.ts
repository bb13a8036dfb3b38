import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Fate } from '../../examples/campaign/line.ts';
import { generateCampaign } from '../../examples/generate-campaign.ts';
import type { Command } from '../../lambdas/domain/contract/command.ts';
import { commandReader } from '../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../lambdas/domain/contract/envelope.ts';

const committed = (file: string) => readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8');
const { bodies, setup, fates } = generateCampaign();
const now = Date.parse('2026-01-01T00:00:00Z');

const read = commandReader({
  contract: { maxDataCharacters: 2_048, maxTtlDays: 365 },
  producers: [
    { source: 'crm', templates: ['A1b3', 'abc123'] },
    { source: 'product', templates: ['A1b3'] },
    { source: 'studio', templates: ['A1b3', 'abc123'] },
  ],
  templates: {
    A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] },
    abc123: { domain: 'acme.onelink.me', brandDomains: [] },
  },
});
const readings = bodies.map((body) => read(openEnvelope(body), now));
const commandsOf = (...wanted: Fate[]): Command[] =>
  readings.flatMap((reading, index) => {
    const fate = fates[index];
    return 'command' in reading && fate !== undefined && wanted.includes(fate) ? [reading.command] : [];
  });
const count = (fate: Fate) => fates.filter((one) => one === fate).length;

test('the committed campaign is what its generator makes (else: npm run campaign)', () => {
  expect(committed('campaign.ndjson')).toBe(`${bodies.join('\n')}\n`);
  expect(committed('campaign.setup.json')).toBe(`${JSON.stringify(setup, null, 2)}\n`);
});

test('has 2,000 messages, most of them sound, and a few of everything that can happen', () => {
  expect(Object.fromEntries([...new Set(fates)].sort().map((fate) => [fate, count(fate)]))).toEqual({
    conflict: 11,
    created: 1_710,
    'created-with-qr': 175,
    deleted: 6,
    'qr-ready': 6,
    rejected: 40,
    repeated: 29,
    stale: 12,
    superseded: 3,
    updated: 8,
  });
  expect(bodies).toHaveLength(2_000);
});

test('is refused by the contract exactly where it is broken on purpose', () => {
  const refused = readings.flatMap((reading, index) => ('command' in reading ? [] : [fates[index]]));
  expect(refused).toEqual(new Array(35).fill('rejected'));
});

test('tells several faults of one command at once', () => {
  const most = Math.max(
    ...readings.map((reading) => ('refused' in reading ? (reading.refused?.faults.length ?? 1) : 0)),
  );
  expect(most).toBe(9);
});

describe('the four use cases', () => {
  const created = commandsOf('created', 'created-with-qr').filter((command) => command.action === 'create');
  const of = (pids: string[]) => created.filter(({ data }) => pids.includes(data.pid ?? ''));

  test('scan to continue: short-lived codes of the product, never renewed', () => {
    const codes = of(['tv_app', 'desktop_web', 'kiosk']);
    expect(codes).toHaveLength(100);
    expect(codes.every((one) => one.source === 'product' && one.renewTtl === false && one.qr !== undefined)).toBe(true);
    expect([...new Set(codes.map(({ ttl }) => ttl))].sort()).toEqual(['10m', '15m', '1h', '2h', '30m']);
  });

  test('messages: by far the most, one per customer', () => {
    const messages = of(['crm_sms', 'crm_email', 'crm_whatsapp', 'crm_push']);
    expect(messages).toHaveLength(1_490);
    expect(new Set(messages.map(({ requestId }) => requestId)).size).toBe(1_490);
    expect(messages.filter(({ data }) => data.deep_link_value === 'sign-in').length).toBeGreaterThan(100);
    expect(messages.some(({ data }) => data.c === '')).toBe(true);
  });

  test('print: codes that live for a year', () => {
    const prints = of(['print']);
    expect(prints).toHaveLength(75);
    expect(prints.every(({ ttl, qr }) => ['365d', 365].includes(ttl ?? '') && qr !== undefined)).toBe(true);
  });

  test('referrals: some under a name of their own', () => {
    const referrals = of(['referral']);
    expect(referrals).toHaveLength(220);
    expect(referrals.filter(({ shortlinkId }) => shortlinkId !== undefined)).toHaveLength(55);
  });
});

test('chosen IDs are taken by another only where that is meant', () => {
  const chosen = commandsOf('created', 'created-with-qr').flatMap((command) =>
    command.action === 'create' && command.shortlinkId !== undefined
      ? [`${command.onelinkId}/${command.shortlinkId}`]
      : [],
  );
  const foreign = setup.foreignLinks.map(({ onelinkId, shortlinkId }) => `${onelinkId}/${shortlinkId}`);
  expect(new Set([...chosen, ...foreign]).size).toBe(chosen.length + foreign.length);
  const rivals = commandsOf('conflict').map((command) => `${command.onelinkId}/${command.shortlinkId}`);
  expect(rivals.every((address) => chosen.includes(address) || foreign.includes(address))).toBe(true);
});

test('the single example is a sound command', () => {
  expect(read(openEnvelope(committed('create-link.json')), now)).toHaveProperty('command');
});

test('holds data of no real person: example domains and numbered users only', () => {
  const hosts = [...bodies.join('\n').matchAll(/https?:\/\/([^/"\\?#\s]+)/g)].map(([, host = '']) => host);
  expect(hosts.filter((host) => !host.endsWith('.example'))).toEqual([]);
  expect(bodies.join('\n')).not.toMatch(/[\w.]+@[\w.]+|\+\d{6,}/);
});
