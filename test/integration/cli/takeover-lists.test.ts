import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { givenLinkAt, givenRequest } from '../../world/given-ledger.ts';
import { givenOutcome } from '../../world/given-outcome.ts';
import { givenTakeovers, keyOf } from './takeover-world.ts';

const { world, folder, ledger, notes, notesText, takeover, takeoverOf, run, uploaded, givenList, givenEnd } =
  await givenTakeovers();

/** A list of the same base name, in another folder and with other links. */
const other = () => join(folder, 'other', `${world.name.replace('.takeover', '')}.csv`);
beforeEach(() =>
  givenList(other(), { text: 'A1b3/five\n', noted: { five: 'readable' }, notesKey: 'of-the-other-list' }),
);
const runOther = (...words: string[]) => takeoverOf('run', other(), ...words);
const idsOf = async () => (await uploaded()).map(({ shortlink_id }) => shortlink_id);

describe('two lists with one base name', () => {
  test('do not end each other’s work, also with --yes, before and after the check begins', async () => {
    // Given
    await run('--adopt', '--yes', '--no-wait');
    for (const begin of [async () => {}, () => givenEnd({}, { state: 'sending', rows: 3 })]) {
      await begin();
      // When
      const { code, err } = await runOther('--adopt', '--yes', '--no-wait');
      // Then
      expect([code, err.at(-1)]).toEqual([
        2,
        expect.stringMatching(
          new RegExp(`^crm/${world.name} is under way for another list: .*Give this list .*--name ${world.name}-2\\.`),
        ),
      ]);
      expect(err.at(-1)).toContain('Nothing was sent.');
      expect(await idsOf()).toEqual(['one', 'two', 'three']);
      expect(await readFile(`${other()}.takeover.ndjson`, 'utf8')).not.toContain('attempt');
    }
    expect((await runOther('--adopt', '--yes', '--no-wait', '--name', `${world.name}-2`)).code).toBe(0);
    expect(await idsOf()).toEqual(['one', 'two', 'three']);
  });

  test('follow each other, and a list whose campaign is taken meanwhile waits', async () => {
    // Given
    await run('--adopt', '--yes', '--no-wait');
    await givenEnd({ [keyOf('one')]: { status: 'adopted' } });
    expect((await runOther('--adopt', '--yes', '--no-wait')).code).toBe(0);
    await givenEnd({}, { state: 'sending' });
    // When
    const { code, err } = await run('--yes', '--no-wait');
    // Then
    expect([code, err.at(-1)]).toEqual([2, expect.stringContaining('Wait for its end, and run this again.')]);
    expect(await idsOf()).toEqual(['five']);
  });

  test('differ in the keys of their rows, so a run that was killed after its upload goes on', async () => {
    await run('--adopt', '--yes', '--no-wait');
    const lines = (await notesText()).trimEnd().split('\n');
    await writeFile(notes(), `${lines.filter((line) => !line.includes('"dropped"')).join('\n')}\n`);
    await givenEnd({}, { state: 'sending' });
    expect((await run('--no-wait')).code).toBe(0);
    expect((await notesText()).match(/"attempt"|"dropped"/g)).toEqual(['"attempt"', '"dropped"']);
  });

  test('with lost notes is refused while it runs', async () => {
    await run('--adopt', '--yes', '--no-wait');
    await givenList(world.path, { notesKey: 'another-key' });
    const { code, err } = await run('--adopt', '--yes', '--no-wait');
    expect([code, err.at(-1)]).toEqual([
      2,
      expect.stringContaining('If it is the same list, and its notes are lost, wait for the campaign’s end.'),
    ]);
  });
});

describe('the report of a list whose campaign another file has', () => {
  test('has the answers from the ledger, and calls no sent link `not sent`', async () => {
    // Given
    await run('--adopt', '--yes', '--no-wait');
    const answer = (id: string, change: object) => {
      const requestId = `${world.name}/${keyOf(id)}`;
      return ledger.rememberRequest({
        ...givenRequest('digest', givenOutcome({ requestId, action: 'adopt', ...change })),
        requestId,
      });
    };
    const shortUrl = 'https://acme.onelink.me/A1b3/one';
    await answer('one', {
      outcome: 'adopted',
      link: { onelinkId: 'A1b3', shortlinkId: 'one', shortUrl, expiresAt: '2026-12-31T00:00:00Z', version: 1 },
    });
    await answer('two', { outcome: 'rejected', reason: 'not-owner' });
    await ledger.addLink(givenLinkAt('one', { shortUrl }));
    await givenEnd({}, { file: { key: '', etag: '"another"', bytes: 1, droppedAt: Date.now() + 60_000 } });
    // When
    const { code, out } = await takeover('report', '--json');
    // Then
    expect([code, JSON.parse(out[0] ?? '')]).toEqual([
      1,
      expect.objectContaining({
        state: 'replaced',
        statuses: { adopted: 1, rejected: 1, unknown: 1 },
        reasons: { 'not-owner': 1 },
      }),
    ]);
    const words = (await takeover('report')).out.join('\n');
    expect(words).toContain('another file of this name has replaced it');
    expect(words).toContain('1  unknown        Another file has taken this list’s place, so its answer is not known.');
    expect(words).not.toContain('not sent');
    const again = await run('--again', '--yes');
    expect([again.code, again.err.at(-1)]).toEqual([2, expect.stringContaining('Run it without --again first')]);
  });

  test('of a file that is just uploaded, or is being checked, has no link that is `not sent`', async () => {
    await run('--adopt', '--yes', '--no-wait');
    for (const begin of [async () => {}, () => givenEnd({}, { state: 'checking', endedAt: 0 })]) {
      await begin();
      const { code, out } = await takeover('report', '--json');
      expect([code, JSON.parse(out[0] ?? '').statuses]).toEqual([3, { 'not attempted': 3 }]);
    }
  });
});

test('a link has its brand domain in its row, whichever row of the list names it', async () => {
  const text = 'https://acme.onelink.me/A1b3/one\nhttps://go.acme.example/A1b3/one\nA1b3/two\n';
  await givenList(world.path, { text });
  expect((await run('--adopt', '--yes', '--no-wait')).code).toBe(0);
  expect((await uploaded()).map(({ shortlink_id, brand_domain }) => [shortlink_id, brand_domain])).toEqual([
    ['one', 'go.acme.example'],
    ['two', undefined],
  ]);
});

describe('a list with nothing to take over', () => {
  test('that is the producer’s already is done, in plain words', async () => {
    await givenList(world.path, { text: 'A1b3/one\nA1b3/two\nA1b3/one\n', noted: { one: 'ours', two: 'ours' } });
    const { code, err } = await run('--adopt', '--yes');
    expect([code, err]).toEqual([
      0,
      ['The ledger has every link of the list as the producer’s already. Nothing remains to be done.'],
    ]);
  });

  test('for other reasons names them', async () => {
    await givenList(world.path, { text: 'A1b3/one\nA1b3/gone\n', noted: { one: 'ours', gone: 'absent' } });
    const { out, err } = await run('--adopt', '--yes');
    expect(err).toEqual(['No link of the list can be taken over. The classes of its rows show why. Nothing was sent.']);
    expect(out.join('\n')).toContain('1  absent');
  });

  test.each(['plan', 'run', 'report'])('because it is empty is an error that names the cure, for %s', async (verb) => {
    await givenList(world.path, { text: 'Short URL\n' });
    const { code, err } = await takeover(verb);
    expect([code, err.at(-1)]).toEqual([2, expect.stringMatching(/has no short URL\. Write a short URL on each line/)]);
  });
});
