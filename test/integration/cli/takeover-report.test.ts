import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { givenLinkAt } from '../../world/given-ledger.ts';
import { givenTakeovers, keyOf } from './takeover-world.ts';

const { world, ledger, notes, takeover, run, givenList, givenEnd } = await givenTakeovers();

const taken = (shortlinkId: string) => ({ status: 'adopted', onelinkId: 'A1b3', shortlinkId }) as const;
const told = async (...words: string[]) => {
  const { code, out } = await takeover('report', ...words);
  return { code, text: out.join('\n') };
};

test('a report asks the ledger what has become of links since they were taken over', async () => {
  // Given
  const noted = { kept: 'readable', retired: 'readable', forgotten: 'readable', lost: 'readable', before: 'ours' };
  const text = Object.keys(noted)
    .map((id) => `A1b3/${id}\n`)
    .join('');
  await givenList(world.path, { text, noted });
  await run('--adopt', '--yes', '--no-wait');
  await givenEnd(
    Object.fromEntries(['kept', 'retired', 'forgotten', 'lost'].map((id) => [keyOf(id), taken(id)] as const)),
  );
  await ledger.addLink(givenLinkAt('kept'));
  await ledger.addLink(givenLinkAt('retired', { state: 'deleted' }));
  await ledger.addLink(givenLinkAt('lost', { source: 'studio' }));
  await ledger.addLink(givenLinkAt('before', { state: 'deleted' }));
  // When
  const { code, text: json } = await told('--json');
  // Then
  expect([code, JSON.parse(json)]).toEqual([
    0,
    expect.objectContaining({
      classes: { adopt: 4, ours: 1 },
      statuses: { adopted: 1, ended: 4 },
      reasons: { 'link-deleted': 2, 'link-not-found': 1, 'not-owner': 1 },
    }),
  ]);
  const { text: words } = await told();
  expect(words).toContain('4  ended          It was the producer’s, and has ended since');
  expect(words).not.toContain('ours');
});

test('a report names links that the ledger has under another domain than the list', async () => {
  // Given
  const noted = { branded: 'readable', plain: 'readable', earlier: 'ours' };
  await givenList(world.path, { text: 'A1b3/branded\nA1b3/plain\nA1b3/earlier\n', noted });
  await run('--adopt', '--yes', '--no-wait');
  await givenEnd({ [keyOf('branded')]: taken('branded'), [keyOf('plain')]: taken('plain') });
  for (const id of ['branded', 'plain', 'earlier']) await ledger.addLink(givenLinkAt(id));
  expect((await told()).code).toBe(0);
  // When
  const domain = 'https://go.acme.example/A1b3';
  await givenList(world.path, { text: `${domain}/branded\nA1b3/plain\n${domain}/earlier\n`, noted });
  await run('--adopt', '--yes', '--no-wait');
  await givenEnd({ [keyOf('branded')]: taken('branded'), [keyOf('plain')]: taken('plain') });
  // Then
  const { code, text } = await told('--json');
  expect([code, JSON.parse(text).statuses]).toEqual([1, { adopted: 1, 'other-domain': 2 }]);
  expect((await told()).text).toContain('To change that, send an update with brandDomain.');
});

test('a report without the notes of the run does not call its campaign `not started`', async () => {
  // Given
  await run('--adopt', '--yes', '--no-wait');
  await givenEnd({ [keyOf('one')]: taken('one') });
  await rm(notes());
  // When
  const { code, text } = await told();
  // Then
  expect(code).toBe(1);
  expect(text).toContain(`crm/${world.name}  not started by these notes. A campaign of this name is there: finished`);
  expect(text).toContain('If the notes of this list are lost, plan it again');
});
