import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { crmFile } from '../../examples/campaign/crm-file.ts';
import type { Fate } from '../../examples/campaign/line.ts';
import { generateCampaign } from '../../examples/generate-campaign.ts';
import type { Command } from '../../lambdas/domain/contract/command.ts';
import { commandReader, noPolicy } from '../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../lambdas/domain/contract/envelope.ts';
import { rowsIn } from '../../local/start/file/file-rows.ts';

const committed = (file: string) => readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8');
const { bodies, setup, fates } = generateCampaign();
const now = Date.parse('2026-01-01T00:00:00Z');

const read = commandReader({
  policy: noPolicy,
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

test('the committed campaign equals the generator’s (if not, run `npm run campaign`)', () => {
  expect(committed('campaign.ndjson')).toBe(`${bodies.join('\n')}\n`);
  expect(committed('campaign.setup.json')).toBe(`${JSON.stringify(setup, null, 2)}\n`);
});

test('the campaign has 2,000 messages: most create links, and a few end in each other way', () => {
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

test('the contract rejects exactly the messages of the campaign that are invalid on purpose', () => {
  const refused = readings.flatMap((reading, index) => ('command' in reading ? [] : [fates[index]]));
  expect(refused).toEqual(new Array(35).fill('rejected'));
});

test('the contract names all faults of a command together', () => {
  const most = Math.max(
    ...readings.map((reading) => ('refused' in reading ? (reading.refused?.faults.length ?? 1) : 0)),
  );
  expect(most).toBe(9);
});

describe('the four use cases', () => {
  const created = commandsOf('created', 'created-with-qr').filter((command) => command.action === 'create');
  const of = (pids: string[]) => created.filter(({ data }) => pids.includes(data.pid ?? ''));

  test('include short-lived QR codes of `product` to continue a session, without renewal', () => {
    const codes = of(['tv_app', 'desktop_web', 'kiosk']);
    expect(codes).toHaveLength(100);
    expect(codes.every((one) => one.source === 'product' && one.renewTtl === false && one.qr !== undefined)).toBe(true);
    expect([...new Set(codes.map(({ ttl }) => ttl))].sort()).toEqual(['10m', '15m', '1h', '2h', '30m']);
  });

  test('include messages, by far the most links, one for each customer', () => {
    const messages = of(['crm_sms', 'crm_email', 'crm_whatsapp', 'crm_push']);
    expect(messages).toHaveLength(1_490);
    expect(new Set(messages.map(({ requestId }) => requestId)).size).toBe(1_490);
    expect(messages.filter(({ data }) => data.deep_link_value === 'sign-in').length).toBeGreaterThan(100);
    expect(messages.some(({ data }) => data.c === '')).toBe(true);
  });

  test('include printed QR codes that live for a year', () => {
    const prints = of(['print']);
    expect(prints).toHaveLength(75);
    expect(prints.every(({ ttl, qr }) => ['365d', 365].includes(ttl ?? '') && qr !== undefined)).toBe(true);
  });

  test('include referrals, some of them under a chosen ID', () => {
    const referrals = of(['referral']);
    expect(referrals).toHaveLength(220);
    expect(referrals.filter(({ shortlinkId }) => shortlinkId !== undefined)).toHaveLength(55);
  });
});

test('only the commands that must end as `conflict` choose a taken ID', () => {
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

test('examples/create-link.json is a valid command', () => {
  expect(read(openEnvelope(committed('create-link.json')), now)).toHaveProperty('command');
});

test('the campaign has no data of real people: only example domains and numbered users', () => {
  const hosts = [...bodies.join('\n').matchAll(/https?:\/\/([^/"\\?#\s]+)/g)].map(([, host = '']) => host);
  expect(hosts.filter((host) => !host.endsWith('.example'))).toEqual([]);
  expect(bodies.join('\n')).not.toMatch(/[\w.]+@[\w.]+|\+\d{6,}/);
});

test('the committed spreadsheet equals the generator’s (if not, run `npm run campaign`)', () => {
  const { csv, settings, foreignLinks } = crmFile();
  expect(committed('crm.csv')).toBe(csv);
  expect(committed('crm.campaign.json')).toBe(`${JSON.stringify(settings, null, 2)}\n`);
  expect(committed('crm.setup.json')).toBe(`${JSON.stringify({ foreignLinks, lanes: {} }, null, 2)}\n`);
});

test('the spreadsheet has 400 rows of the four use cases, most of them good', async () => {
  const { statuses } = crmFile();
  expect(statuses).toHaveLength(400);
  expect(statuses.filter((status) => status === 'rejected')).toHaveLength(12);
  const file = fileURLToPath(new URL('../../examples/crm.csv', import.meta.url));
  expect((await rowsIn(file)).rows).toBe(400);
});
