import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { everything, sessionOf } from '../../../local/cloud/access/caller.ts';
import { localAccountId, secretKeyOf } from '../../../local/cloud/endpoints.ts';
import type { LinkMaker } from '../../../local/onelink-api/store.ts';
import { messagesOf, runningPipeline } from '../../world/running-pipeline.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';

/** `npm run test:scenarios` takes 2,000 links over. `npm test` takes a few. */
const inFull = process.env.MODE === 'scenarios';
const folder = await temporaryFolder(afterAll);
const key = 'takeover-operator';
const root = join(import.meta.dirname, '../../..');
const data = { pid: 'sms', c: 'before the pipeline', deep_link_value: 'secret-basket' };

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
beforeAll(async () => {
  const caller = sessionOf(`arn:aws:iam::${localAccountId}:role/${key}`, 'person', [everything]);
  pipeline = await runningPipeline({ callers: { [key]: caller } });
}, 240_000);
afterAll(() => pipeline?.stop());

/** The command line in a process of its own, which can be killed. */
function onelink(...words: string[]) {
  const args = ['--import', './bin/node-24.mjs', 'bin/onelink.ts', ...words, '--stack', 'OneLink-production'];
  const env = {
    ...process.env,
    ...pipeline.cloud.clientVariables(),
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: secretKeyOf(key),
  };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([[code], out, err]) => ({ code: code as number | null, out, err }),
  );
  return { ended, kill: () => void child.kill('SIGKILL') };
}

const url = (id: string) => `https://acme.onelink.me/A1b3/${id}`;
const linesOf = (path: string) => {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
};
function given(ids: readonly string[], maker: LinkMaker, brandDomain?: string): void {
  pipeline.api.control.preload(
    ids.map((shortlinkId) => ({
      onelinkId: 'A1b3',
      shortlinkId,
      data,
      ttl: '60d',
      api: maker,
      ...(brandDomain !== undefined && { brandDomain }),
    })),
  );
}
const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Links of all kinds, with the number of each. `size` links are fit to be taken over. */
async function listOfAllKinds(prefix: string, size: number) {
  const of = (kind: string, share: number) => named(`${prefix}${kind}`, Math.ceil(size * share));
  const ids = {
    v2: of('v2x', 0.5),
    branded: of('brand', 0.1),
    v1: of('v1x', 0.4),
    dashboard: of('page', 0.02),
    bulk: of('bulk', 0.02),
    sdk: of('sdk', 0.02),
    absent: of('gone', 0.05),
    others: of('others', 0.02),
    ours: of('ours', 0.02),
  };
  given(ids.v2, 'v2.0');
  given(ids.branded, 'v2.0', 'go.acme.example');
  given(ids.v1, 'v1.0');
  for (const maker of ['dashboard', 'bulk', 'sdk'] as const) given(ids[maker], maker);
  const create = (source: string) => (shortlinkId: string, index: number) => ({
    specVersion: '1.0',
    source,
    requestId: `made-${prefix}-${index}`,
    requestedAt: '2026-03-01T10:00:00Z',
    action: 'create',
    onelinkId: 'A1b3',
    shortlinkId,
    data,
  });
  await pipeline.sendAndAwait(messagesOf([...ids.ours.map(create('crm')), ...ids.others.map(create('product'))]), 120);
  const links = Object.entries(ids).flatMap(([kind, ofKind]) =>
    ofKind.map((id) => (kind === 'branded' ? `https://go.acme.example/A1b3/${id}` : url(id))),
  );
  const others = ['https://other.example/A1b3/abc', 'https://acme.onelink.me/ZZZZ/abc', 'a note', links[0] ?? ''];
  // Kinds are mixed, as in a list of years.
  const mixed = [...links, ...others].map((link, index) => ({ link, at: (index * 7_919) % (links.length + 4) }));
  const rows = mixed.toSorted((one, other) => one.at - other.at).map(({ link }) => link);
  const path = join(folder, `${prefix}.txt`);
  await writeFile(path, `${rows.join('\n')}\n`);
  const count = Object.fromEntries(Object.entries(ids).map(([kind, ofKind]) => [kind, ofKind.length])) as Record<
    keyof typeof ids,
    number
  >;
  return { path, notes: `${path}.takeover.ndjson`, ids, count, rows: rows.length };
}
/** Every ID of a link above. */
const linkIds = /(?<![A-Za-z0-9])[am](?:v2x|v1x|brand|page|bulk|sdk|gone|others|ours)\d+(?![A-Za-z0-9])/g;
const recordsOf = async (prefix: string, source: string) =>
  [...(await pipeline.ledger()).entries()].filter(
    ([pk, record]) => pk.startsWith(`link#A1b3/${prefix}`) && record.source === source && record.state === 'live',
  );

describe('a list of links, at an API that shows only its own', () => {
  let list: Awaited<ReturnType<typeof listOfAllKinds>>;
  beforeAll(async () => {
    list = await listOfAllKinds('a', 40);
  });
  const classes = () => {
    const { v2, branded, v1, dashboard, bulk, sdk, absent, others, ours } = list.count;
    const refused = v1 + dashboard + bulk + sdk;
    return { adopt: v2 + branded, refused, absent, others, ours, elsewhere: 2, 'no-link': 1, repeat: 1 };
  };

  test('is planned, and a plan that is killed continues where it was', { timeout: 180_000 }, async () => {
    // Given
    const plan = () => onelink('takeover', 'plan', list.path, '--source', 'crm', '--json');
    const quotaBefore = pipeline.api.control.stats().quota.used;
    // When
    const first = plan();
    // The ledger has two of the links. The GETs for the others are under way.
    await vi.waitUntil(() => linesOf(list.notes).length >= 3, { timeout: 60_000, interval: 5 });
    first.kill();
    await first.ended;
    const found = linesOf(list.notes).length;
    const { code, out, err } = await plan().ended;
    // Then
    expect(err).toContain(`${found - 1} are in ${list.notes}.`);
    const planned = JSON.parse(out);
    expect(planned).toMatchObject({ kind: 'plan', source: 'crm', rows: list.rows, choice: { action: 'adopt' } });
    expect(planned.classes).toEqual(classes());
    expect(planned.loads).toEqual([{ lane: 'campaign', quotaCalls: 0, lookups: classes().adopt, qrCodes: 0 }]);
    expect(code).toBe(1);
    expect(pipeline.api.control.stats().quota.used).toBe(quotaBefore);
  });

  test('is adopted at no cost, so that ledger and API are equal, and another run changes nothing', {
    timeout: 300_000,
  }, async () => {
    // Given
    const { adopt } = classes();
    const before = pipeline.api.control.stats();
    const run = () => onelink('takeover', 'run', list.path, '--source', 'crm', '--yes', '--json').ended;
    // When
    const { code, out, err } = await run();
    // Then
    const report = { kind: 'report', state: 'finished', classes: classes(), statuses: { adopted: adopt }, reasons: {} };
    expect(JSON.parse(out), err).toMatchObject(report);
    expect(code).toBe(0);
    const after = pipeline.api.control.stats();
    expect([after.quota.used, after.links]).toEqual([before.quota.used, before.links]);
    const records = await recordsOf('a', 'crm');
    expect(records).toHaveLength(adopt + list.count.ours);
    const branded = records.filter(([, record]) => String(record.shortUrl).startsWith('https://go.acme.example/'));
    expect(branded).toHaveLength(list.count.branded);
    const verified = await onelink('verify', '--all', '--json').ended;
    expect(verified.code, verified.out).toBe(0);

    expect(JSON.parse((await run()).out)).toMatchObject(report);
    expect((await pipeline.ledger()).get('campaign#crm/a.takeover')).toMatchObject({ drop: 1 });
  });
});

describe('links of all kinds', () => {
  test('are migrated by one command, killed twice on the way, and the report is exact by the API’s own count', {
    timeout: 900_000,
  }, async () => {
    // Given: an API that shows every link
    const size = inFull ? 1_850 : 60;
    const { path, notes, ids, count, rows } = await listOfAllKinds('m', size);
    pipeline.api.control.changeSettings({ crossVersion: 'newer' });
    const before = pipeline.api.control.stats().links;
    const run = () => onelink('takeover', 'run', path, '--source', 'crm', '--migrate', '--yes', '--json');
    // When: it is killed during the GETs,
    const first = run();
    await vi.waitUntil(() => linesOf(notes).length > size / 4, { timeout: 120_000, interval: 20 });
    first.kill();
    expect((await first.ended).code).toBe(null);
    const found = linesOf(notes).length;
    // and after the upload,
    const second = run();
    await vi.waitUntil(() => linesOf(notes).some((line) => line.includes('"dropped"')), {
      timeout: 300_000,
      interval: 20,
    });
    second.kill();
    await second.ended;
    expect(linesOf(notes).length).toBeGreaterThan(found);
    // and runs once more
    const { code, out, err } = await run().ended;

    // Then
    const unchangeable = count.dashboard + count.bulk + count.sdk;
    const fit = count.v2 + count.branded + count.v1;
    expect(JSON.parse(out), err).toMatchObject({
      kind: 'report',
      source: 'crm',
      campaign: 'm.takeover',
      state: 'finished',
      rows,
      classes: {
        migrate: fit + unchangeable,
        ours: count.ours,
        others: count.others,
        absent: count.absent,
        elsewhere: 2,
        'no-link': 1,
        repeat: 1,
      },
      statuses: { migrated: fit, rejected: unchangeable },
    });
    expect(code).toBe(1);
    const after = pipeline.api.control.stats().links;
    expect(after.migrated - before.migrated).toBe(count.v1);
    // Each link was updated once.
    expect(after.updated - before.updated).toBe(fit);
    expect([after.made - before.made, after.deleted - before.deleted]).toEqual([0, 0]);
    const held = [...pipeline.api.control.links()].filter(({ shortlinkId }) => shortlinkId.startsWith('m'));
    const makers = Object.groupBy(held, ({ api }) => api);
    expect(makers['v1.0']).toBe(undefined);
    expect(makers['v2.0']).toHaveLength(fit + count.ours + count.others);
    for (const { payload, shortlinkUrl, shortlinkId } of held) {
      expect(payload).toEqual(data);
      expect(shortlinkUrl).toContain(ids.branded.includes(shortlinkId) ? 'go.acme.example' : 'acme.onelink.me');
    }
    expect(await recordsOf('m', 'crm')).toHaveLength(fit + count.ours);
    expect((await stat(notes)).mode & 0o777).toBe(0o600);
    expect(await readFile(notes, 'utf8')).not.toContain('secret-basket');
  });

  test('leave none of their IDs in a log, also not in request IDs', async () => {
    const logs = await pipeline.logs();
    expect(logs).toMatch(/"requestId":"m\.takeover\/[0-9a-f]{32}"/);
    expect([...new Set(logs.match(linkIds))]).toEqual([]);
  });
});
