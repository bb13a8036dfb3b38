import { describe, expect, it } from 'vitest';
import { linkCommand, linkVerb } from '../../../../../cli/console/acting/change-link.ts';
import { pageOf } from '../../../../../cli/console/reading/campaign-links.ts';
import { foundLink } from '../../../../../cli/console/reading/found-link.ts';
import { configuredPipelines } from '../../../../../cli/pipeline/configured-pipeline.ts';
import { config } from '../../../../../examples/configuration.ts';
import { dataDigest } from '../../../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../../../lambdas/domain/link/ledger-record.ts';
import { givenResult } from '../../../../world/given-campaign.ts';

const [pipeline = expect.fail('no pipeline')] = configuredPipelines(config);
const nowMilliseconds = Date.parse('2026-03-10T12:00:00Z');
const expiresAt = nowMilliseconds / 1000 + 86_400;
const data = { pid: 'hidden_pid', af_sub1: 'hidden_value' };
const address = { onelinkId: 'A1b3', shortlinkId: 'hiddenid' };
const record: LinkRecord = {
  address,
  source: 'crm',
  requestId: 'r-1',
  state: 'live',
  shortUrl: 'https://acme.onelink.me/A1b3/hiddenid',
  pid: 'hidden_pid',
  dataDigest: dataDigest('secret', data),
  ttlSeconds: 2_592_000,
  renewTtl: true,
  expiresAt,
  version: 1,
  applied: { requestId: 'r-1', requestedAt: '2026-03-10T10:00:00Z' },
  qrKey: 'qr/A1b3/hiddenid.png',
} as LinkRecord;
const ports = {
  ledger: { link: async () => record },
  api: { read: async () => ({ meaning: 'ok', value: { data, expiresAt, ttlSeconds: 2_592_000 } }) as never },
  secret: 'secret',
  settings: pipeline.settings,
  clock: { wallMilliseconds: () => nowMilliseconds, monotonicMilliseconds: () => 0, sleep: async () => {} },
};

describe('a link that was found', () => {
  it('shows no value, no short URL and no ID unless it is asked to', async () => {
    const found = await foundLink(address, false, ports);

    expect(JSON.stringify(found)).not.toMatch(/hidden/);
    expect(found).toMatchObject({ result: 'equal', state: 'live', code: 'stored', revealed: false, shortUrl: null });
    expect(found.changes).toEqual(['qr', 'update', 'delete']);
  });

  it('shows both sides when it is asked to', async () => {
    const found = await foundLink(address, true, ports);

    expect(found.shortUrl).toBe('https://acme.onelink.me/A1b3/hiddenid');
    expect(found.facets).toContainEqual({ what: 'data.af_sub1', ledger: null, api: 'hidden_value' });
  });

  it('offers no change of a link that nobody owns', async () => {
    const unknown = { ...ports, ledger: { link: async () => undefined } };

    const found = await foundLink(address, false, unknown);

    expect(found).toMatchObject({ result: 'not-in-ledger', changes: [], lanes: [], request: null });
  });
});

describe('a change of a link', () => {
  const asked = { pipeline, requestId: 'console-1', nowMilliseconds };

  it('is a command of the producer that owns the link', () => {
    const command = linkCommand({ action: 'qr', lane: 'campaign' }, record, asked);

    expect(command).toMatchObject({ source: 'crm', requestId: 'console-1', lane: 'campaign' });
    expect(JSON.parse(command.body)).toEqual({
      specVersion: '1.0',
      source: 'crm',
      requestId: 'console-1',
      requestedAt: '2026-03-10T12:00:00.000Z',
      action: 'qr',
      onelinkId: 'A1b3',
      shortlinkId: 'hiddenid',
    });
  });

  it.each([
    ['another producer’s lane', { action: 'delete', lane: 'constructor' }, 'The pipeline has no such lane.'],
    [
      'data without a media source',
      { action: 'update', lane: 'campaign', data: { c: 'x' } },
      'The worker would reject',
    ],
    ['a TTL that is none', { action: 'update', lane: 'campaign', data: { pid: 'x' }, ttl: '9y' }, 'ttl'],
  ] as const)('is refused before it is sent: %s', (_, change, words) => {
    expect(() => linkCommand(change, record, asked)).toThrow(words);
  });

  it('has a verb without the link and its values', () => {
    const verb = linkVerb({ action: 'update', lane: 'campaign', data }, record, '--local');

    expect(verb).not.toMatch(/hidden/);
    expect(verb).toContain('npx onelink send command.json --lane campaign --local');
  });
});

describe('the rows of a campaign', () => {
  async function* rows() {
    for (let row = 1; row <= 150; row++)
      yield givenResult(row, { shortUrl: `https://acme.onelink.me/A1b3/hidden${row}` });
  }

  it('come in pages, without links unless they are asked for', async () => {
    const first = await pageOf(rows(), { after: undefined, reveal: false });
    const second = await pageOf(rows(), { after: first.next ?? '', reveal: true });

    expect([first.rows.length, first.next, second.rows.length, second.next]).toEqual([100, '100', 50, null]);
    expect(JSON.stringify(first)).not.toMatch(/hidden/);
    expect(second.rows[0]?.shortUrl).toBe('https://acme.onelink.me/A1b3/hidden101');
  });
});
