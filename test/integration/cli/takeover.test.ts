import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { givenTakeovers, keyOf } from './takeover-world.ts';

const {
  world,
  folder,
  s3,
  bucket,
  notes,
  notesText,
  key,
  takeover,
  run,
  uploaded,
  objectText,
  addToList,
  addToNotes,
  givenEnd,
} = await givenTakeovers();
const row = (shortlink_id: string, change: object = {}) => ({
  request_id: keyOf(shortlink_id),
  action: 'adopt',
  template: 'A1b3',
  shortlink_id,
  ...change,
});
const adopts = [row('one'), row('two', { brand_domain: 'go.acme.example' }), row('three')];

describe('takeover run', () => {
  test('asks for a choice that nothing shows, and before it sends anything', async () => {
    const undecided = await run('--yes');
    expect(undecided.code).toBe(2);
    expect(undecided.err.join('\n')).toContain('3 links can be taken over, and no answer of the API shows');
    const unasked = await run('--adopt');
    expect(unasked.code).toBe(2);
    expect(unasked.err.at(-1)).toContain('add --yes. Nothing was sent.');
    expect([await uploaded(), await notesText()]).toEqual([[], expect.not.stringContaining('attempt')]);
  });

  test('uploads a row for each fit link, whose key hides it, and settings that name the lane', async () => {
    const { code, out, err } = await run('--adopt', '--yes', '--no-wait');
    expect({ code, out }).toEqual({
      code: 0,
      out: [expect.stringContaining(`crm/${world.name} is uploaded, and its check begins.`)],
    });
    expect(err.join('\n')).toContain('3  adopt');
    expect(await uploaded()).toEqual(adopts);
    expect(JSON.parse((await objectText(`inbox/crm/${world.name}.campaign.json`)) ?? '')).toEqual({ lane: 'campaign' });
    expect((await stat(notes())).mode & 0o777).toBe(0o600);
  });

  test('has the options in each row', async () => {
    const words = ['--migrate', '--ttl', '60d', '--renew-ttl', 'no', '--keep-until', '2099-12-31T00:00:00Z'];
    expect((await run(...words, '--yes', '--no-wait')).code).toBe(0);
    const options = { action: 'migrate', ttl: '60d', renew_ttl: 'no', keep_until: '2099-12-31T00:00:00Z' };
    expect(await uploaded()).toEqual(adopts.map((one) => ({ ...one, ...options })));
  });

  test('notes no attempt that the pipeline would reject', async () => {
    const { code, err } = await run('--migrate', '--ttl', 'forever', '--yes', '--no-wait');
    expect(code).toBe(2);
    expect(err.join('\n')).toMatch(/--ttl: .*\[ttl\][\s\S]*Correct the options. Nothing was sent./);
    expect([await uploaded(), await notesText()]).toEqual([[], expect.not.stringContaining('attempt')]);
    expect((await run('--adopt', '--yes', '--no-wait')).code).toBe(0);
  });

  test('uploads nothing twice, and waits for what it has uploaded', async () => {
    await run('--adopt', '--yes', '--no-wait');
    const before = await notesText();
    expect((await run('--no-wait')).code).toBe(0);
    expect(await notesText()).toBe(before);
    await givenEnd({
      [keyOf('one')]: { status: 'adopted' },
      [keyOf('two')]: { status: 'adopted' },
      [keyOf('three')]: { status: 'adopted' },
    });
    const { code, out } = await run('--json');
    expect(code).toBe(0);
    expect(JSON.parse(out.at(-1) ?? '')).toEqual({
      kind: 'report',
      source: 'crm',
      campaign: world.name,
      state: 'finished',
      rows: 6,
      classes: { adopt: 3, absent: 1, repeat: 1, 'no-link': 1 },
      statuses: { adopted: 3 },
      reasons: {},
    });
  });

  test.each(['before', 'after'])('that is killed %s the upload continues without a question', async (when) => {
    // Given
    await run('--adopt', '--yes', '--no-wait');
    const lines = (await notesText()).trimEnd().split('\n');
    await writeFile(notes(), `${lines.filter((line) => !line.includes('"dropped"')).join('\n')}\n`);
    if (when === 'before') await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key() }));
    // When
    const { code } = await run('--no-wait');
    // Then
    expect([code, await uploaded()]).toEqual([0, adopts]);
    expect((await notesText()).match(/"attempt"|"dropped"/g)).toEqual(['"attempt"', '"dropped"']);
  });

  test('takes over what the list has more since, and keeps its options', async () => {
    await run('--adopt', '--renew-ttl', 'no', '--yes', '--no-wait');
    await addToList('\nA1b3/four\n');
    await addToNotes('four');
    const other = await run('--migrate', '--no-wait');
    expect([other.code, other.err.at(-1)]).toEqual([
      2,
      expect.stringContaining('has begun with --adopt --renew-ttl no'),
    ]);
    expect((await run('--no-wait')).code).toBe(0);
    expect((await uploaded()).map((one) => one.request_id)).toEqual(
      ['one', 'two', 'three', 'four'].map((id) => keyOf(id)),
    );
    expect((await uploaded()).every(({ renew_ttl }) => renew_ttl === 'no')).toBe(true);
    const renamed = await run('--name', 'other', '--no-wait');
    expect(renamed.err.at(-1)).toContain(`has begun as the campaign ${world.name}.`);
  });

  test('tries rejected and failed links again under another key, with other options', async () => {
    // Given
    await run('--adopt', '--yes', '--no-wait');
    const early = await run('--again', '--yes');
    expect([early.code, early.err.at(-1)]).toEqual([2, expect.stringContaining('has not ended')]);
    await givenEnd({
      [keyOf('one')]: { status: 'adopted' },
      [keyOf('two')]: { status: 'rejected', reason: 'link-not-found' },
      [keyOf('three')]: { status: 'failed', reason: 'unanswered' },
    });
    expect((await run()).code).toBe(1);
    // When
    const again = await run('--again', '--migrate', '--yes', '--no-wait');
    // Then
    expect([again.code, again.err.join('\n')]).toEqual([0, expect.stringContaining('2 calls, 4 lookups')]);
    expect(await uploaded()).toEqual([
      row('one'),
      row('two', { request_id: `${keyOf('two')}~2`, action: 'migrate', brand_domain: 'go.acme.example' }),
      row('three', { request_id: `${keyOf('three')}~2`, action: 'migrate' }),
    ]);
    await givenEnd({
      [keyOf('one')]: { status: 'adopted' },
      [`${keyOf('two')}~2`]: { status: 'migrated' },
      [`${keyOf('three')}~2`]: { status: 'migrated' },
    });
    const { code, out } = await takeover('report', '--json');
    expect([code, JSON.parse(out[0] ?? '')]).toEqual([
      0,
      expect.objectContaining({
        classes: { adopt: 1, migrate: 2, absent: 1, repeat: 1, 'no-link': 1 },
        statuses: { adopted: 1, migrated: 2 },
      }),
    ]);
    const nothing = await run('--again');
    expect([nothing.code, nothing.err.at(-1)]).toEqual([0, 'No link is rejected or failed, so none is tried again.']);
  });
});

describe('takeover run, when somebody has ended its campaign', () => {
  test.each([
    ['cancelled', {}],
    ['finished', { file: { key: '', etag: '"another"', bytes: 1, droppedAt: Date.now() + 3_600_000 } }],
  ] as const)('%s or replaced, asks before it goes on', async (state, change) => {
    await run('--adopt', '--yes', '--no-wait');
    await givenEnd({ [keyOf('one')]: { status: 'adopted' } }, { state, ...change });
    const before = await notesText();
    const unasked = await run('--no-wait');
    expect([unasked.code, unasked.err.join('\n')]).toEqual([
      2,
      expect.stringContaining(`crm/${world.name} exists: ${state}`),
    ]);
    expect(await notesText()).toBe(before);
    expect((await run('--no-wait', '--yes')).code).toBe(0);
    expect((await notesText()).match(/"attempt"|"dropped"/g)).toEqual(['"attempt"', '"dropped"', '"dropped"']);
  });
});

describe('takeover report', () => {
  test('shows a list that no run has sent', async () => {
    const { code, out } = await takeover('report', '--json');
    expect([code, JSON.parse(out[0] ?? '')]).toEqual([
      1,
      expect.objectContaining({
        state: 'none',
        rows: 6,
        classes: { undecided: 3, absent: 1, repeat: 1, 'no-link': 1 },
      }),
    ]);
  });

  test('writes a row for each row of the list, and only its owner can read them', async () => {
    await run('--adopt', '--yes', '--no-wait');
    expect((await takeover('report')).code).toBe(3);
    await givenEnd({
      [keyOf('one')]: {
        status: 'adopted',
        shortUrl: 'https://acme.onelink.me/A1b3/one',
        expiresAt: '2026-12-31T00:00:00Z',
      },
      [keyOf('two')]: { status: 'adopted' },
      [keyOf('three')]: {
        status: 'rejected',
        reason: 'not-owner',
        faults: [{ path: '', rule: 'x', message: 'is not yours' }],
      },
    });
    const to = join(folder, `${world.name}.csv`);
    const { code, err } = await takeover('report', '--to', to);
    expect([code, err]).toEqual([1, [`6 rows written to ${to}`]]);
    expect((await readFile(to, 'utf8')).split('\r\n')).toEqual([
      '\uFEFFrow,line,link,class,status,reason,faults,short_url,expires_at,request_id',
      `A1b3/one,1,A1b3/one,adopt,adopted,,,https://acme.onelink.me/A1b3/one,2026-12-31T00:00:00Z,${world.name}/${keyOf('one')}`,
      `https://go.acme.example/A1b3/two,2,A1b3/two,adopt,adopted,,,,,${world.name}/${keyOf('two')}`,
      `A1b3/three,3,A1b3/three,adopt,rejected,not-owner,is not yours,,,${world.name}/${keyOf('three')}`,
      'A1b3/gone,4,A1b3/gone,absent,,,,,,',
      'A1b3/one,5,A1b3/one,repeat,,,,,,',
      'a note,6,,no-link,,,,,,',
      '',
    ]);
    expect((await stat(to)).mode & 0o777).toBe(0o600);
  });

  test('names a file that has replaced its own', async () => {
    await run('--adopt', '--yes', '--no-wait');
    await givenEnd({}, { file: { key: key(), etag: '"another"', bytes: 1, droppedAt: Date.now() + 60_000 } });
    const { code, out } = await takeover('report');
    expect([code, out[0]]).toEqual([1, expect.stringContaining('another file of this name has replaced it')]);
  });
});
