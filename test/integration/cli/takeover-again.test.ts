import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { givenTakeovers, keyOf } from './takeover-world.ts';

const { world, key, notes, notesText, objectText, takeoverOf, run, uploaded, givenList, givenEnd } =
  await givenTakeovers();
const settings = async () =>
  JSON.parse((await objectText(key().replace('.ndjson', '.campaign.json'))) ?? '') as { lane?: string };
const rowsSent = async () =>
  (await uploaded()).map(({ shortlink_id, action, keep_until }) => [shortlink_id, action, keep_until]);

describe('takeover run --again', () => {
  test('of a list that never ran is an error before any look', async () => {
    await givenList(world.path, { noted: {} });
    const { code, err } = await run('--again', '--adopt', '--yes');
    expect([code, err]).toEqual([
      2,
      ['No run of this list has begun, so no link can be tried again. Run it without --again.'],
    ]);
  });

  test('adopts no link that the API has refused to migrate, and keeps no option of the migration', async () => {
    // Given
    await run('--migrate', '--keep-until', '2099-12-31T00:00:00Z', '--yes', '--no-wait');
    await givenEnd({
      [keyOf('one')]: { status: 'rejected', reason: 'made-elsewhere' },
      [keyOf('two')]: { status: 'rejected', reason: 'invalid-link-data' },
      [keyOf('three')]: { status: 'migrated' },
    });
    // When
    const { code, err } = await run('--again', '--adopt', '--yes', '--no-wait');
    // Then
    const words = err.join('\n');
    expect(code).toBe(0);
    expect(words).toContain('1 link stays as it is: made elsewhere. The API refused to change it');
    expect(words).toContain('1 link again, with --adopt.');
    expect(await rowsSent()).toEqual([
      ['one', 'migrate', '2099-12-31T00:00:00Z'],
      ['two', 'adopt', undefined],
      ['three', 'migrate', '2099-12-31T00:00:00Z'],
    ]);
  });

  test('has nothing to adopt if the API has refused to migrate all that is left', async () => {
    await run('--migrate', '--yes', '--no-wait');
    const refused = { status: 'rejected', reason: 'made-elsewhere' } as const;
    await givenEnd({ [keyOf('one')]: refused, [keyOf('two')]: refused, [keyOf('three')]: refused });
    const { code, err } = await run('--again', '--adopt', '--yes', '--no-wait');
    expect([code, err.at(-1)]).toEqual([1, 'No other link is rejected or failed, so none is tried again.']);
    expect((await notesText()).match(/"attempt"/g)).toHaveLength(1);
  });

  test('names the run that was killed before its upload, which goes first', async () => {
    await run('--adopt', '--yes', '--no-wait');
    const lines = (await notesText()).trimEnd().split('\n');
    await writeFile(notes(), `${lines.filter((line) => !line.includes('"dropped"')).join('\n')}\n`);
    const { code, err } = await run('--again', '--no-wait');
    expect([code, err[0]]).toEqual([
      0,
      expect.stringContaining('The last run ended before its upload. It goes first.'),
    ]);
  });
});

describe('the lane of a takeover', () => {
  test('is fixed by the first run, and later runs need not name it', async () => {
    await run('--adopt', '--lane', 'transactional', '--yes', '--no-wait');
    const other = await run('--lane', 'campaign', '--no-wait');
    expect([other.code, other.err.at(-1)]).toEqual([
      2,
      'This takeover has begun on the lane transactional. Leave --lane out, or give it with --again.',
    ]);
    await givenEnd({ [keyOf('one')]: { status: 'rejected', reason: 'not-owner' } });
    expect((await run('--again', '--yes', '--no-wait')).code).toBe(0);
    expect(await settings()).toEqual({ lane: 'transactional' });
    await givenEnd({ [`${keyOf('one')}~2`]: { status: 'rejected', reason: 'not-owner' } });
    expect((await run('--again', '--lane', 'campaign', '--yes', '--no-wait')).code).toBe(0);
    expect(await settings()).toEqual({ lane: 'campaign' });
  });
});

test.each(['plan', 'run', 'report'])('%s of standard input names both options that it needs', async (verb) => {
  const { code, err } = await takeoverOf(verb, '-');
  expect([code, err]).toEqual([
    2,
    ['Standard input has no name for the notes and the campaign. Give them with --notes FILE and --name NAME.'],
  ]);
});
