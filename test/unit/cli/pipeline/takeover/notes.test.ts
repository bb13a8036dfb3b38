import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { TakeoverNotes } from '../../../../../cli/pipeline/takeover/notes.ts';
import { temporaryFolder } from '../../../../world/temporary-folder.ts';

const folder = await temporaryFolder(afterAll);
const about = { stack: 'OneLink-production', source: 'crm' };
const file = { key: 'inbox/crm/a.takeover.ndjson', etag: '"1"', bytes: 10, droppedAt: 1_000 };

describe('the notes of a takeover', () => {
  test('are read back by the next run, and only their owner can read the file', async () => {
    // Given
    const path = join(folder, 'read-back');
    const notes = new TakeoverNotes(path, about);
    notes.addFound('A1b3/one', 'readable');
    notes.addFound('A1b3/two', 'refused');
    notes.addAttempt('a.takeover', { action: 'adopt', ttl: '31d' }, 'campaign');
    notes.addDropped({ sha256: 'x', file });
    expect(notes.isDue).toBe(false);
    notes.addAttempt('a.takeover', { action: 'migrate' }, 'bulk', ['A1b3/one']);
    notes.close();
    // When
    const read = new TakeoverNotes(path, about);
    // Then
    expect([...read.found]).toEqual([
      ['A1b3/one', 'readable'],
      ['A1b3/two', 'refused'],
    ]);
    expect(read.attemptFor('A1b3/one')).toEqual({ number: 2, choice: { action: 'migrate' } });
    expect(read.attemptFor('A1b3/two')).toEqual({ number: 1, choice: { action: 'adopt', ttl: '31d' } });
    expect(read.dropped).toMatchObject({ sha256: 'x', file });
    expect(read).toMatchObject({ campaign: 'a.takeover', isDue: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('name a link by a digest that only they can make, and that each run makes alike', async () => {
    // Given
    const path = join(folder, 'digests');
    const notes = new TakeoverNotes(path, about);
    notes.addFound('A1b3/one', 'readable');
    // When: a run begins beside it, and one begins for the same links with other notes
    const beside = new TakeoverNotes(path, about);
    const others = new TakeoverNotes(join(folder, 'other-digests'), about);
    others.addFound('A1b3/one', 'readable');
    // Then
    const digest = notes.digestOf('A1b3/one');
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    expect(beside.digestOf('A1b3/one')).toBe(digest);
    expect(notes.digestOf('A1b3/two')).not.toBe(digest);
    expect(others.digestOf('A1b3/one')).not.toBe(digest);
  });

  test('have one key, if two runs begin at once', async () => {
    // Given: both have seen no file, and one was killed in its first line
    const path = join(folder, 'at-once');
    const [one, other] = [new TakeoverNotes(path, about), new TakeoverNotes(path, about)];
    await writeFile(path, '{"kind":"takeover","v":1,"st');
    // When
    one.addFound('A1b3/one', 'readable');
    other.addFound('A1b3/two', 'readable');
    // Then
    expect(other.digestOf('A1b3/one')).toBe(one.digestOf('A1b3/one'));
    const next = new TakeoverNotes(path, about);
    expect(next.digestOf('A1b3/one')).toBe(one.digestOf('A1b3/one'));
    expect([...next.found.keys()]).toEqual(['A1b3/one', 'A1b3/two']);
  });

  test('are no file before the first finding', async () => {
    const path = join(folder, 'none');
    new TakeoverNotes(path, about).close();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test('lose nothing but a torn line, wherever the run was killed', async () => {
    // Given
    const whole = join(folder, 'whole');
    const notes = new TakeoverNotes(whole, about);
    notes.addFound('A1b3/one', 'readable');
    notes.addFound('A1b3/two', 'absent');
    notes.close();
    const text = await readFile(whole, 'utf8');
    const path = join(folder, 'torn');
    for (let length = 0; length <= text.length; length++) {
      await writeFile(path, text.slice(0, length));
      // When
      const torn = new TakeoverNotes(path, about);
      const before = [...torn.found.keys()];
      torn.addFound('A1b3/three', 'ours');
      torn.close();
      // Then
      const lines = [...text.matchAll(/\}(?=\n)/g)].filter(({ index }) => index < length).length;
      expect(before).toEqual(['A1b3/one', 'A1b3/two'].slice(0, Math.max(0, lines - 1)));
      expect([...new TakeoverNotes(path, about).found.keys()]).toEqual([...before, 'A1b3/three']);
      expect(() => new TakeoverNotes(path, { ...about, source: 'studio' })).toThrow('by crm on OneLink-production');
    }
  });

  test('of another takeover, or of another kind, are left alone', async () => {
    const path = join(folder, 'other');
    await writeFile(path, 'https://acme.onelink.me/A1b3/one\n');
    expect(() => new TakeoverNotes(path, about)).toThrow(
      `${path} has no notes of a takeover. Name another file with --notes.`,
    );
    await writeFile(path, '{"kind":"link","link":"A1b3/one","found":"ours"}\n');
    expect(() => new TakeoverNotes(path, about)).toThrow('has no notes of a takeover');
    expect(() => new TakeoverNotes(folder, about)).toThrow('cannot be read: it is a folder.');
  });

  test('that others could read become their owner’s alone', async () => {
    const path = join(folder, 'open');
    await writeFile(path, '');
    await chmod(path, 0o644);
    const notes = new TakeoverNotes(path, about);
    notes.addFound('A1b3/one', 'ours');
    notes.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
