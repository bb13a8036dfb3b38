import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { subjectDigest } from '../../lambdas/domain/link/digest.ts';
import { givenCampaign } from '../world/given-campaign.ts';
import { create, linkIdSecret, update } from '../world/link-world.ts';
import { Crash, SubjectWorld } from '../world/subject-world.ts';
import { givenTable } from './lambdas/adapters/given-engines.ts';

const her = 'José, 7';
const other = 'customer 8';
/** What must not be found afterwards: her name, the ends of her links, and the values of her links. */
const traces = [her, 'marias-link', 'marias-value', 'marias-note', 'acme.onelink.me/A1b3/marias-link'];
const requestedAt = '2026-03-01T10:00:00Z';
const data = { pid: 'sms', deep_link_value: 'marias-value' };
const made = {
  ...create,
  requestId: 'r-her',
  shortlinkId: 'marias-link',
  subject: her,
  data,
  metadata: { note: 'marias-note' },
};
const line = (value: object) => `${JSON.stringify(value)}\n`;

const parked = (requestId: string, subject: string, shortlinkId: string) => {
  const body = JSON.stringify({
    ...create,
    requestId,
    subject,
    shortlinkId,
    data: { pid: 'sms', c: `${shortlinkId}-value` },
  });
  const times = { sentAtMilliseconds: Date.parse(requestedAt), parkedAtMilliseconds: Date.parse(requestedAt) };
  const message = { messageId: `m-${requestId}`, receiveCount: 1, ...times, sender: 'source:crm' };
  return { v: 1, lane: 'campaign', ...message, source: 'crm', requestId, body };
};

let world: SubjectWorld;

/** Plants the person, and another one, everywhere. */
async function plant(): Promise<void> {
  const { link, archive, campaignBucket } = world;
  const others = { ...create, requestId: 'r-other', shortlinkId: 'other-link', subject: other };
  await link.deliver({ body: made }, { body: others });
  // A change without a subject, and one that is rejected
  await link.deliver({ body: { ...update, requestId: 'u-her', shortlinkId: 'marias-link' } });
  await link.deliver({ body: { ...made, requestId: 'r-bad', ttl: 'soon' }, messageId: 'm-bad' });
  await link.deliver({ body: { ...others, requestId: 'r-bad-other', ttl: 'soon' }, messageId: 'm-bad-other' });
  world.images.add('crm/marias-link').add('crm/other-link');
  const http = { commandDigest: 'd', lane: 'campaign', messageId: 'm-http', claimedAt: 1, expiresAt: 1_800_000_000 };
  const subject = subjectDigest(linkIdSecret, her);
  await world.http.claim({ source: 'crm', requestId: 'r-her', ...http, subject });
  await world.http.noteCode(
    { source: 'crm', requestId: 'q-her' },
    { onelinkId: 'A1b3', shortlinkId: 'marias-link' },
    1_800_000_000,
  );

  const ended = { onelinkId: 'A1b3', source: 'crm', requestId: 'x', pid: 'sms', version: 1 };
  archive.put(
    'history/2026/02/01/a.ndjson',
    line({ ...ended, shortlinkId: 'marias-link-old', shortUrl: 'marias-link-old', subject }) +
      line({ ...ended, shortlinkId: 'other-link-old', shortUrl: 'u' }),
  );
  const lot = 'parked/campaign/20260301T100000000Z-2-00aa.ndjson';
  archive.put(lot, line(parked('p-her', her, 'marias-link-parked')) + line(parked('p-other', other, 'other-parked')));
  // A lot that was replayed: its old version stays for a while
  archive.put(
    'parked/campaign/20260301T090000000Z-1-00bb.ndjson',
    line(parked('p-her-2', her, 'marias-link-replayed')),
  );
  await archive.hide('parked/campaign/20260301T090000000Z-1-00bb.ndjson');
  archive.put(
    'held/crm/AROASTRANGER/20260301T100000000Z-1-00cc.ndjson',
    line({ ...parked('h-her', her, 'marias-link-held'), sender: 'AROASTRANGER' }),
  );
  archive.put('quarantine/campaign/unreadable/x.ndjson', `{"v":1,"body":"{\\"subject\\":\\"${her}\\",\\"marias-value`);
  archive.put('quarantine/campaign/refused/y.ndjson', line(parked('z-other', other, 'other-quarantine')));

  const csv = `request_id,pid,c,subject\n1,sms,"marias-value\nmarias-note","${her}"\n2,sms,other-value,${other}\n`;
  campaignBucket.put('inbox/crm/spring.csv', csv.replace('sms', 'marias-value-of-the-first-drop'));
  campaignBucket.put('inbox/crm/spring.csv', csv);
  campaignBucket.put(
    'inbox/crm/summer.ndjson.gz',
    gzipSync(line({ subject: her, pid: 'marias-value' }) + line({ subject: other, pid: 'other-value' })),
  );
  campaignBucket.put(
    'inbox/crm/winter.campaign.json',
    JSON.stringify({ template: 'A1b3', defaults: { subject: her } }),
  );
  const cells = (text: string, subject: string) => ['1', 'sms', text, subject];
  const row = { row: 1, line: 2, cells: cells('marias-value', her), key: 'k', requestId: 'spring/1' };
  const second = { row: 2, line: 4, cells: cells('other-value', other), key: 'l', requestId: 'spring/2' };
  campaignBucket.put(
    'work/crm/spring/1/chunk-0000001.ndjson',
    line({ ...row, check: 'send', command: made }) + line({ ...second, check: 'send', command: others }),
  );
  campaignBucket.put(
    'work/crm/spring/1/rejected-0000001.ndjson',
    line({
      row: 3,
      line: 5,
      cells: cells('marias-value', her),
      check: 'rejected',
      faults: [{ path: '', rule: 'x', message: 'y' }],
    }),
  );
  campaignBucket.put(
    'work/crm/spring/1/result-0000001.ndjson',
    line({ ...row, status: 'created', shortUrl: 'https://acme.onelink.me/A1b3/marias-link' }) +
      line({ ...second, status: 'created' }),
  );
  campaignBucket.put(
    'results/crm/spring.ndjson',
    line({ ...row, status: 'created' }) + line({ ...second, status: 'created' }),
  );
  campaignBucket.put(
    'results/crm/spring.csv',
    `\ufeffrequest_id,pid,c,subject,status,reason,faults,short_url,shortlink_id,expires_at,qr_file,result_request_id\r\n1,sms,marias-value,"${her}",created,,,https://acme.onelink.me/A1b3/marias-link,marias-link,,,spring/1\r\n2,sms,other-value,${other},created,,,u,other-link,,,spring/2\r\n`,
  );
  campaignBucket.put(
    'results/crm/spring-rejected.csv',
    `\ufeffrequest_id,pid,c,subject,line,reason\r\n1,sms,marias-value,"${her}",5,bad\r\n`,
  );
  const check = { ...givenCampaign().check, header: ['request_id', 'pid', 'c', 'subject'] };
  world.campaigns.set('crm/spring', givenCampaign({ settings: {}, state: 'finished', endedAt: 1, check }));
}

/** Everything that is stored, without the keys that keep an address from others. */
async function stored(): Promise<string> {
  const items = (await world.items()).map(({ pk, address, ...item }) => {
    const isKeyOfLink = /^(?:link|claim|parked)#/.test(String(pk));
    return JSON.stringify([isKeyOfLink ? '' : pk, isKeyOfLink ? '' : address, { ...item, places: undefined }]);
  });
  const zipped = gunzipSync(world.campaignBucket.bytes('inbox/crm/summer.ndjson.gz')).toString();
  const texts = [...world.archive.texts, ...world.campaignBucket.texts].map(({ text }) => text);
  return [...items, ...texts, zipped, ...world.images].join('\n');
}

beforeEach(async () => {
  world = new SubjectWorld(await givenTable());
  await plant();
});

/** The calls by which an erasure reads and writes. */
const erasurePorts = [
  'cutHttpRecord',
  'cutLink',
  'cutRequest',
  'link',
  'mark',
  'noteOpenDeletes',
  'objects',
  'page',
  'read',
  'remove',
  'removePage',
  'request',
  'run',
  'savePage',
  'saveRun',
  'sendBack',
  'value',
  'withLink',
  'withSubject',
  'write',
];

/** All points with `ONELINK_ALL_KILLS=1`. Without it, before the first call of each kind and after its last. */
function killsOf(points: readonly string[]): Iterable<number> {
  if (process.env.ONELINK_ALL_KILLS === '1') return points.keys();
  return [...new Set(points)].map((point) =>
    point.startsWith('before') ? points.indexOf(point) : points.lastIndexOf(point),
  );
}

/** Nothing of her is left, and everything of others. */
async function expectErased(when?: string): Promise<void> {
  const all = await stored();
  expect(tracesIn(all), when).toEqual([]);
  expect([...world.link.api.links.keys()], when).toEqual(['A1b3/other-link']);
  expect([...world.images], when).toEqual(['crm/other-link']);
  const others = ['other-link-old', 'other-parked', 'other-quarantine', 'r-bad-other', 'other-value', 'spring/2'];
  expect(
    others.filter((rest) => !all.includes(rest)),
    when,
  ).toEqual([]);
  world.link.now += 60_000;
  const { found } = await world.find([her]);
  expect(
    Object.values(found).reduce((sum, count) => sum + count, 0),
    when,
  ).toBe(0);
}

const tracesIn = (text: string) => traces.filter((trace) => text.includes(trace));

describe('a person who is everywhere', () => {
  it('is found, and nothing is changed', async () => {
    const before = await stored();
    expect(tracesIn(before)).toEqual(traces);
    const { found, links } = await world.find([her]);
    expect(found).toEqual({ links: 1, liveLinks: 1, requests: 1, httpRecords: 1, archiveLines: 6, campaignRows: 10 });
    expect(links).toMatchObject([{ source: 'crm', shortlinkId: 'marias-link', state: 'live' }]);
    expect(await stored()).toBe(before);
  });

  it('leaves no trace when erased, and nobody else loses anything', async () => {
    const { counts, left } = await world.eraseWhole([her]);
    expect(tracesIn(await stored())).toEqual([]);
    expect(left).toEqual([]);
    expect(counts).toMatchObject({ links: 1, linksDeleted: 1, httpRecords: 1, archiveLines: 6, sentBack: 2 });
    expect([...world.link.api.links.keys()]).toEqual(['A1b3/other-link']);
    expect([...world.images]).toEqual(['crm/other-link']);
    const all = await stored();
    for (const rest of ['other-link-old', 'other-parked', 'other-quarantine', 'r-bad-other', 'other-value', 'spring/2'])
      expect(all).toContain(rest);
    expect(world.campaignBucket.text('inbox/crm/spring.csv')).toBe(
      `request_id,pid,c,subject\n,,,\n\n2,sms,other-value,${other}\n`,
    );
    expect(world.campaignBucket.text('results/crm/spring.csv')).toContain('\r\n,,,,,,,,,,,\r\n2,sms,other-value');
    expect(world.archive.keys('parked/')).toEqual([expect.stringMatching(/^parked\/campaign\/20260301T100000000Z-1-/)]);
  });

  it('is not found again', async () => {
    await world.eraseWhole([her]);
    world.link.now += 60_000;
    expect((await world.find([her])).found).toEqual({
      links: 0,
      liveLinks: 0,
      requests: 0,
      httpRecords: 0,
      archiveLines: 0,
      campaignRows: 0,
    });
    const { added } = await world.eraseWhole([her]);
    expect(added).toEqual({});
  });

  it('leaves no trace after crashes in each part, at a later call each time', async () => {
    for (const when of ['before', 'after'] as const) {
      let allowed = 0;
      let calls = 0;
      let crashes = 0;
      const call = (now: string) => {
        if (now !== when || ++calls <= allowed) return;
        calls = 0;
        // Each part lives for longer, so that the erasure ends.
        allowed += 1;
        crashes += 1;
        throw new Crash();
      };
      world = new SubjectWorld(await givenTable());
      await plant();
      await world.eraseWhole([her], call);
      await expectErased();
      expect(crashes).toBeGreaterThan(10);
    }
  });

  it('leaves no trace, at whichever call the function is killed', { timeout: 600_000 }, async () => {
    // Given the calls of an erasure without a kill
    const points: string[] = [];
    await world.eraseWhole([her], (when, port) => void points.push(`${when} ${port}`));
    const ports = new Set(points.map((point) => point.split(' ')[1]));
    expect([...ports].sort()).toEqual(erasurePorts);
    expect(points.length).toBeGreaterThan(150);

    for (const kill of killsOf(points)) {
      world = new SubjectWorld(await givenTable());
      await plant();
      let seen = 0;
      // When the function is killed there, and the same act is repeated
      await world.eraseWhole([her], () => {
        if (seen++ === kill) throw new Crash();
      });
      // Then it is as if it had not been
      await expectErased(`killed ${points[kill]}, call ${kill}`);
    }
  });

  it('ends with outcomes for what was waiting', async () => {
    await world.eraseWhole([her]);
    await world.work();
    const ended = world.link.outcomes.filter(({ reason }) => reason === 'subject-erased');
    expect(ended.map(({ requestId }) => requestId).sort()).toEqual(['h-her', 'p-her']);
  });

  it('is answered as erased when a request is repeated, and for a change of the link', async () => {
    await world.eraseWhole([her]);
    await world.link.deliver({ body: made }, { body: { ...update, requestId: 'u-late', shortlinkId: 'marias-link' } });
    expect(world.link.outcomes.slice(-2)).toMatchObject([
      { outcome: 'rejected', reason: 'subject-erased', requestId: 'r-her' },
      { outcome: 'rejected', reason: 'subject-erased', requestId: 'u-late' },
    ]);
    expect(tracesIn(await stored())).toEqual([]);
  });

  it('keeps the address of the link from another source', async () => {
    await world.eraseWhole([her]);
    await world.link.deliver({ body: { ...create, source: 'studio', shortlinkId: 'marias-link' } });
    expect(world.link.outcomes.at(-1)).toMatchObject({ outcome: 'conflict', source: 'studio' });
  });
});

describe('an erasure', () => {
  it('waits for workers that may not have read its mark', async () => {
    expect((await world.erase([her])).answer).toMatchObject({
      state: 'waiting',
      step: 'settle',
      waitsFor: expect.stringContaining('60 s'),
    });
    world.link.now += 59_000;
    expect((await world.erase([her])).answer.step).toBe('settle');
    world.link.now += 1_000;
    expect((await world.erase([her])).answer.step).toBe('links');
  });

  it('waits for a delete that waits for quota, and sends it once', async () => {
    await world.erase([her]);
    world.link.now += 60_000;
    for (let part = 0; part < 3; part++)
      expect((await world.erase([her])).answer).toMatchObject({ state: 'waiting', step: 'links' });
    expect(world.queued.filter(({ groupId }) => groupId === 'subject-erase')).toHaveLength(1);
  });

  it('has its open deletes for plans, until it has done them', async () => {
    expect(await world.openDeletes()).toBe(0);
    await world.erase([her]);
    world.link.now += 60_000;
    await world.erase([her]);
    expect(await world.openDeletes()).toBe(1);
    // Nobody continues it, and its state ends.
    world.link.now += 80 * 86_400_000;
    expect(await world.openDeletes()).toBe(0);
    world.link.now -= 80 * 86_400_000;
    await world.work();
    await world.eraseWhole([her]);
    expect(await world.openDeletes()).toBe(0);
  });

  it('leaves a link whose producer is not configured any more, and counts it', async () => {
    world.sources = {};
    const { counts } = await world.eraseWhole([her]);
    expect(counts).toMatchObject({ linksLeft: 1, linksDeleted: 0 });
  });

  it('leaves a link that concerns another person since', async () => {
    await world.link.deliver({
      body: {
        ...update,
        requestId: 'u-2',
        shortlinkId: 'marias-link',
        subject: other,
        requestedAt: '2026-03-01T10:00:04Z',
      },
    });
    await world.eraseWhole([her]);
    expect([...world.link.api.links.keys()].sort()).toEqual(['A1b3/marias-link', 'A1b3/other-link']);
  });

  it('waits for a campaign that has not ended', async () => {
    const ended = world.campaigns.get('crm/spring') ?? expect.fail('no record');
    const { endedAt: _, ...open } = ended;
    world.campaigns.set('crm/spring', { ...open, state: 'sending' });
    for (let part = 0; part < 5; part++) {
      await world.erase([her]);
      world.link.now += 60_000;
      await world.work();
    }
    expect((await world.erase([her])).answer).toMatchObject({
      state: 'waiting',
      waitsFor: 'the campaign crm/spring to end',
    });
    expect(world.campaignBucket.text('inbox/crm/spring.csv')).toContain(her);
    world.campaigns.set('crm/spring', ended);
    await world.eraseWhole([her]);
    expect(tracesIn(await stored())).toEqual([]);
  });

  it('refuses the second of two parts at once', async () => {
    await world.erase([her]);
    world.link.now += 60_000;
    const results = await Promise.allSettled([world.erase([her]), world.erase([her])]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('lets the person come back afterwards', async () => {
    await world.eraseWhole([her]);
    const again = {
      ...made,
      requestId: 'r-again',
      shortlinkId: 'new-link',
      requestedAt: new Date(world.link.now).toISOString(),
    };
    await world.link.deliver({ body: again, sentAtMilliseconds: world.link.now });
    expect(world.link.outcomes.at(-1)).toMatchObject({ outcome: 'created', requestId: 'r-again' });
    await world.eraseWhole([her]);
    expect([...world.link.api.links.keys()]).toEqual(['A1b3/other-link']);
  });
});
