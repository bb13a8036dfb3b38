import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config } from '../../../examples/configuration-v1.ts';
import { configFileVariable } from '../../../lib/config/config-file.ts';
import type { LinkMaker } from '../../../local/onelink-api/store.ts';
import { runningPipeline } from '../../world/running-pipeline.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { onelinkProcess, operator } from './onelink-process.ts';

const folder = await temporaryFolder(afterAll);
const list = join(folder, 'years.txt');
const day = 86_400;

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
beforeAll(async () => {
  pipeline = await runningPipeline({ configuration: config, callers: operator });
}, 600_000);
afterAll(() => pipeline?.stop());

const onelink = (...words: string[]) =>
  onelinkProcess(
    { ...pipeline.cloud.clientVariables(), [configFileVariable]: 'examples/configuration-v1.ts' },
    ...words,
  ).ended;
const takeover = (verb: string, ...words: string[]) =>
  onelink('takeover', verb, list, '--source', 'crm', '--json', ...words);

/** An account that still has version 1.0: it reads and changes its own links only. */
describe('a list of links, with version 1.0 of the API', () => {
  const ids: Record<LinkMaker | 'gone', string[]> = {
    'v1.0': Array.from({ length: 12 }, (_, index) => `oldx${index}`),
    'v2.0': ['newx0', 'newx1'],
    dashboard: ['pagex0'],
    bulk: ['bulkx0'],
    sdk: ['sdkx0'],
    gone: ['gonex0', 'gonex1'],
  };
  const ofApi = (['v1.0', 'v2.0', 'dashboard', 'bulk', 'sdk'] as const).flatMap((api) =>
    ids[api].map((shortlinkId) => ({ onelinkId: 'A1b3', shortlinkId, data: { pid: 'sms' }, ttl: '20d', api })),
  );
  const classes = { adopt: 12, refused: 5, absent: 2 };

  beforeAll(async () => {
    pipeline.api.control.preload(ofApi);
    const urls = Object.values(ids).flatMap((some) => some.map((id) => `https://acme.onelink.me/A1b3/${id}`));
    await writeFile(list, `${urls.join('\n')}\n`);
  });

  test('is planned as adopts, which need the TTL from the operator, and cannot be migrated', {
    timeout: 120_000,
  }, async () => {
    const plan = await takeover('plan');
    expect(JSON.parse(plan.out), plan.err).toMatchObject({ classes, choice: { action: 'adopt' } });
    const words = await onelink('takeover', 'plan', list, '--source', 'crm');
    expect(words.out).toContain('Give the TTL with --ttl.');
    const migrate = await takeover('run', '--migrate', '--yes');
    expect([migrate.code, migrate.err]).toEqual([
      2,
      expect.stringContaining('The account has version 1.0 of the API, which cannot migrate a link.'),
    ]);
  });

  test('is adopted by free GETs, with the TTL that was given, and ledger and API are equal', {
    timeout: 300_000,
  }, async () => {
    // Given
    const before = pipeline.api.control.stats();
    const from = Math.floor(Date.now() / 1000);
    // When
    const { code, out, err } = await takeover('run', '--ttl', '20d', '--yes');
    // Then
    expect(JSON.parse(out), err).toMatchObject({ state: 'finished', classes, statuses: { adopted: 12 }, reasons: {} });
    expect(code).toBe(0);
    const after = pipeline.api.control.stats();
    expect([after.quota.used, after.links]).toEqual([before.quota.used, before.links]);
    const records = [...(await pipeline.ledger())].flatMap(([pk, record]) =>
      pk.startsWith('link#') && record.state === 'live' ? [record] : [],
    );
    expect(records).toHaveLength(12);
    for (const { source, ttlSeconds, linkExpiresAt, expiresAt } of records) {
      expect([source, ttlSeconds]).toEqual(['crm', 20 * day]);
      // No GET of version 1.0 shows when a link ends, so the ledger has the latest possible time.
      const ends = Number(linkExpiresAt ?? expiresAt);
      expect(ends).toBeGreaterThanOrEqual(from + 20 * day);
      expect(ends).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 20 * day);
    }
    const verified = await onelink('verify', '--all', '--json');
    expect(verified.code, verified.out).toBe(0);
  });

  test('leaves no ID in a log', async () => {
    const logs = await pipeline.logs();
    expect(logs).toMatch(/"requestId":"years\.takeover\/[0-9a-f]{32}"/);
    expect(logs).not.toMatch(/(?:old|new|page|bulk|sdk|gone)x\d/);
  });
});
