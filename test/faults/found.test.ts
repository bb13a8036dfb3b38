import { describe, expect, it } from 'vitest';
import { create, LinkWorld } from '../world/link-world.ts';

const address = { onelinkId: 'A1b3', shortlinkId: 'berlin07' };
const at = (minute: number) => `2026-03-01T09:0${minute}:00Z`;
const made = (requestId: string, minute: number) => ({ ...create, ...address, requestId, requestedAt: at(minute) });
const deleted = (requestId: string, minute: number) => {
  const { data: _, ...command } = made(requestId, minute);
  return { ...command, action: 'delete' };
};

/** Regressions that random kills have found. */
describe('a link that is deleted and made again', () => {
  it('stays deleted if a create was requested before the last delete', async () => {
    const world = new LinkWorld();
    for (const body of [made('first', 0), deleted('once', 1), deleted('twice', 3), made('second', 2)]) {
      await world.deliver({ body });
    }
    expect(world.outcomeKinds).toEqual(['created', 'deleted', 'deleted', 'superseded']);
  });

  it('does not have the image of the deleted link', async () => {
    const world = new LinkWorld();
    await world.deliver({ body: made('first', 0) });
    await world.ledger.noteQr({ source: 'studio', address }, 'qr/studio/A1b3/berlin07.png');
    for (const body of [deleted('once', 1), made('second', 2)]) await world.deliver({ body });
    expect(world.outcomeKinds).toEqual(['created', 'deleted', 'created']);
    expect((await world.ledger.link(address))?.qrKey).toBeUndefined();
  });
});
