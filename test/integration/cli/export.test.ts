import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExportFile } from '../../../cli/commands/export/export-file.ts';
import { exportLinks } from '../../../cli/commands/export/export-links.ts';
import { headLine, linkLine } from '../../../cli/commands/export/link-line.ts';
import { exportedLinks } from '../../../cli/pipeline/export-scan.ts';
import { Operations } from '../../../cli/pipeline/operations.ts';
import { ControlTable } from '../../../lambdas/adapters/control-table.ts';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import { LinkPages } from '../../../lambdas/adapters/link-pages.ts';
import { exportSegments } from '../../../lambdas/domain/acts/export.ts';
import { emptyControl } from '../../../lambdas/domain/control/control-record.ts';
import { exportAct } from '../../../lambdas/operations/export.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { accessTo, actsWorld } from '../../world/acts-world.ts';
import { givenRecord } from '../../world/given-ledger.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { givenTable } from '../lambdas/adapters/given-engines.ts';

const { client, table } = await givenTable();
const directory = await temporaryFolder(afterAll);

beforeAll(async () => {
  const ledger = new Ledger(client, table, systemClock);
  const control = new ControlTable(client, table, systemClock);
  await control.write(emptyControl, await control.read());
  for (let index = 0; index < 30; index++) {
    const source = index % 3 === 0 ? 'studio' : 'crm';
    const campaign = index % 2 === 0 ? 'spring' : 'autumn';
    const address = { onelinkId: 'A1b3', shortlinkId: `link-${index}` };
    await ledger.addLink(givenRecord({}, { address, source, campaign, requestId: `r-${index}` }));
  }
});

const world = actsWorld({ performers: exportAct({ links: new LinkPages(client, table), clock: systemClock }) });
const scans = (only: { campaign?: string; source?: string }) => {
  const act = new Operations(accessTo(world)).begin();
  return Array.from({ length: exportSegments }, (_, segment) => exportedLinks(act, segment, only));
};

async function exported(name: string, only: { campaign?: string; source?: string }): Promise<string[]> {
  const file = await ExportFile.create(join(directory, name));
  await exportLinks(scans(only), (links) => file.add(links.map((link) => linkLine(link, 'ndjson', false))));
  await file.finish();
  const text = await readFile(file.path, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).requestId)
    .sort();
}

describe('an export', () => {
  test('holds every link once, and no other record', async () => {
    const ids = await exported('all', {});
    expect(ids).toEqual(Array.from({ length: 30 }, (_, index) => `r-${index}`).sort());
  });

  test('may be limited to one campaign and one source', async () => {
    expect(await exported('some', { campaign: 'spring', source: 'studio' })).toEqual([
      'r-0',
      'r-12',
      'r-18',
      'r-24',
      'r-6',
    ]);
  });

  test('continues where a part has ended, and records no campaign, link or value', async () => {
    const pages: (string | undefined)[] = [];
    const links = {
      page: async ({ after }: { after: string | undefined }) => {
        pages.push(after);
        const link = givenRecord({}, { campaign: 'secret-campaign' });
        return { links: [link], records: 5, next: pages.length < 3 ? `link#${pages.length}` : undefined };
      },
    };
    // Each look at the clock takes 30 seconds, so a part has one page.
    let milliseconds = 0;
    const clock = { monotonicMilliseconds: () => (milliseconds += 30_000) };
    const here = actsWorld({ performers: exportAct({ links, clock }) });
    const act = new Operations(accessTo(here)).begin('an audit');

    const found = [];
    for await (const page of exportedLinks(act, 0, { campaign: 'secret-campaign' })) found.push(page.records);

    expect([found, pages]).toEqual([
      [5, 5, 5],
      [undefined, 'link#1', 'link#2'],
    ]);
    const recorded = [...here.objects.values()].join('\n');
    expect(recorded).toContain('"effect":{"records":5,"links":1}');
    expect(recorded).not.toMatch(/secret|link#/);
  });

  test('is readable only by its owner, and gets its name only when it is complete', async () => {
    const path = join(directory, 'whole');
    const file = await ExportFile.create(path);
    await file.add(['one\n', 'two\n']);
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await file.finish();
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('replaces no file, and leaves none if it is discarded', async () => {
    const path = join(directory, 'taken');
    const file = await ExportFile.create(path);
    await expect(ExportFile.create(path)).rejects.toThrow('taken.part exists already');
    await file.add(['half']);
    await file.discard();
    await writeFile(path, 'mine');
    await expect(ExportFile.create(path)).rejects.toThrow('taken exists already. Name another file with --to.');
    expect((await readdir(directory)).filter((name) => name.startsWith('taken'))).toEqual(['taken']);
  });

  test('ends with the first page that cannot be written', async () => {
    const full = () => Promise.reject(new Error('no room'));
    await expect(exportLinks(scans({}), full)).rejects.toThrow('no room');
  });
});

test('a CSV line quotes the cells that need it, and keeps its columns', () => {
  const record = givenRecord({}, { campaign: 'spring, "late"', data: { pid: 'sms' } });
  expect(headLine('csv', true)).toMatch(
    /^\ufeffonelinkId,shortlinkId,shortUrl,state,.*,qrKey,expiryBeingChecked,data\r\n$/,
  );
  expect(linkLine(record, 'csv', true)).toBe(
    'A1b3,secret-id,https://acme.onelink.me/A1b3/secret-id,live,crm,r-1,sms,"spring, ""late""",1,r-1,' +
      '2026-03-09T12:00:00Z,2026-04-09T12:00:00Z,2678400,true,,,,"{""pid"":""sms""}"\r\n',
  );
  const evil = givenRecord({}, { campaign: '=HYPERLINK("https://evil.example")' });
  expect(linkLine(evil, 'csv', false)).toContain(`,"'=HYPERLINK(`);
  const checked = { ...record, expiryCheck: { token: 'removal-1', lostAt: 2_000_000_000 } };
  expect(JSON.parse(linkLine(checked, 'ndjson', false))).toMatchObject({ state: 'live', expiryBeingChecked: true });
  expect(JSON.parse(linkLine(record, 'ndjson', false))).not.toHaveProperty('data');
});
