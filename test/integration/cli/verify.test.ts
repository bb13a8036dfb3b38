import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Report } from '../../../cli/commands/verify/report.ts';
import { verify } from '../../../cli/commands/verify/verification.ts';
import { scanAddresses, segments } from '../../../cli/pipeline/link-scan.ts';
import { checkLink } from '../../../cli/pipeline/links/link-check.ts';
import { ControlTable } from '../../../lambdas/adapters/control-table.ts';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import { emptyControl } from '../../../lambdas/domain/control/control-record.ts';
import { dataDigest } from '../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { type OneLinkApi, startOneLinkApi } from '../../../local/onelink-api/server.ts';
import { givenLinkAt } from '../../world/given-ledger.ts';
import { givenClient } from '../lambdas/adapters/given-client.ts';
import { givenTable } from '../lambdas/adapters/given-engines.ts';

const secret = 'a secret of the test';
const templates = { A1b3: { domain: 'acme.onelink.me', brandDomains: [] } };
const day = 86_400;
const never = new AbortController().signal;
const nowSeconds = Math.floor(Date.now() / 1000);
const iso = (epochSeconds: number) => new Date(epochSeconds * 1000).toISOString();

const { client: dynamo, table } = await givenTable();
const ledger = new Ledger(dynamo, table, systemClock);
const control = new ControlTable(dynamo, table, systemClock);
let emulator: OneLinkApi;
beforeAll(async () => {
  emulator = await startOneLinkApi();
});
afterAll(() => emulator.close());

/** A link at the API, and its record, which may differ. */
async function givenLink(
  name: string,
  record: Partial<LinkRecord> = {},
  atApi: { expiresAt?: number } | 'absent' = {},
) {
  const address = { onelinkId: 'A1b3', shortlinkId: `secret-${name}` };
  const data = { pid: 'sms', deep_link_value: `basket-of-${name}` };
  const expiresAt = nowSeconds + 20 * day;
  if (atApi !== 'absent') {
    const expiry = iso(atApi.expiresAt ?? expiresAt);
    emulator.control.preload([{ ...address, data, ttl: '31d', expiry }]);
  }
  await ledger.addLink(
    givenLinkAt(address.shortlinkId, { requestId: name, dataDigest: dataDigest(secret, data), expiresAt, ...record }),
  );
}

async function verified(sample?: number) {
  const { client: api, calls } = givenClient(emulator.baseUrl);
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const report = new Report({ out: print, note: print }, { json: false, showLinks: false });
  let links = 0;
  await verify(
    sample,
    {
      segments: Array.from({ length: segments }, (_, segment) =>
        scanAddresses(dynamo, { table, segment, signal: never }),
      ),
      check: (address) => checkLink(address, { ledger, api, secret, templates, clock: systemClock }),
      checksAtOnce: 8,
      stop: () => {},
      onScanned: (sofar) => {
        links = sofar.links;
      },
      onChecked: (address, check) => report.checked(address, check),
    },
    never,
  );
  const code = report.close({ linksInLedger: links, wanted: sample ?? 'all', interrupted: false });
  const summary = lines.pop();
  return { code, summary, differences: lines.sort(), calls };
}

describe('the ledger against the API', () => {
  beforeAll(async () => {
    const lease = { action: 'delete' as const, requestId: 'x', requestedAt: '', until: nowSeconds + 3_600 };
    for (let index = 0; index < 20; index++) await givenLink(`equal-${index}`);
    await givenLink('clicked', {}, { expiresAt: nowSeconds + 25 * day });
    await givenLink('deleted', { state: 'deleted', shortUrl: '' }, 'absent');
    await givenLink('expired', { expiresAt: nowSeconds - day }, 'absent');
    await givenLink('leased', { lease }, 'absent');
    // The scan must skip records that are not links.
    await control.write(emptyControl, await control.read());
    await ledger.addToParkOrder({ onelinkId: 'A1b3', shortlinkId: 'equal-1' }, 'place', nowSeconds + day);
  });

  test('is equal, except for clicks and changes under way, with one GET for each link', async () => {
    const { code, summary, differences, calls } = await verified();
    expect(differences).toEqual([]);
    expect(summary).toBe('24 of 24 links checked: 22 equal, 1 renewed-by-clicks, 1 being-changed');
    expect(code).toBe(0);
    expect(calls).toHaveLength(23);
    expect(new Set(calls)).toEqual(new Set(['read ok', 'read absent']));
  });

  test('can be checked by a sample', async () => {
    const { summary, code } = await verified(5);
    expect(summary).toMatch(/^5 of 24 links checked: /);
    expect(code).toBe(0);
  });

  test('is reported with its differences, and no value of a link', async () => {
    // Given
    await givenLink('other-data', { dataDigest: 'another' });
    await givenLink('early', { expiresAt: nowSeconds + 21 * day });
    await givenLink('fixed', { renewTtl: false, expiresAt: nowSeconds + 19 * day });
    await givenLink('lost', {}, 'absent');
    await givenLink('undead', { state: 'deleted' });
    await givenLink('short-lived', { ttlSeconds: day });
    await givenLink('elsewhere', { shortUrl: 'https://globex.onelink.me/A1b3/secret-elsewhere' });
    // When
    const { code, differences, summary } = await verified();
    // Then
    expect(differences).toEqual([
      'crm  early  expires 1 d earlier at the API',
      'crm  elsewhere  its short URL has none of its template’s domains',
      'crm  fixed  expires 1 d later at the API',
      'crm  lost  live in the ledger, absent at the API',
      'crm  other-data  its data differs',
      'crm  short-lived  has a TTL of 31 d at the API, and of 1 d in the ledger',
      'crm  undead  deleted in the ledger, live at the API',
    ]);
    expect(summary).toBe('31 of 31 links checked: 22 equal, 7 different, 1 renewed-by-clicks, 1 being-changed');
    expect(code).toBe(1);
    expect(JSON.stringify([differences, summary])).not.toMatch(/secret-|basket/);
  });

  test('cannot be compared with a refused token', async () => {
    emulator.control.changeSettings({ token: 'another' });
    await expect(verified()).rejects.toThrow('The OneLink API refuses the account');
  });
});
