import { test as base, describe, expect } from 'vitest';
import { subjectDigest } from '../../../../lambdas/domain/link/digest.ts';
import {
  chosen,
  create,
  derivedIdOfCreate,
  LinkWorld,
  linkIdSecret,
  qr,
  remove,
  update,
} from '../../../world/link-world.ts';

const subject = 'customer 7';
const ofPerson = { ...create, subject, metadata: { note: 'hers' } };
const digest = subjectDigest(linkIdSecret, subject);
const it = base.extend('world', () => new LinkWorld());
const erase = (world: LinkWorld) => world.ledger.erasedAt.set(digest, world.now);

describe('a command with a subject', () => {
  it('leaves its digest, and not its name, on the records of request and link', async ({ world }) => {
    await world.deliver({ body: ofPerson });
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.ledger.answered.get('crm/r-1')?.subject).toBe(digest);
    expect(world.ledger.links.get(`A1b3/${derivedIdOfCreate}`)?.subject).toBe(digest);
    expect(JSON.stringify([...world.ledger.answered.values(), ...world.ledger.links.values()])).not.toContain(subject);
  });

  it('that changes a link without one gives it to the link', async ({ world }) => {
    await world.deliver({ body: chosen });
    await world.deliver({ body: { ...update, subject } });
    expect(world.ledger.links.get('A1b3/spring')?.subject).toBe(digest);
  });

  it('keeps it on its link when an update names none', async ({ world }) => {
    await world.deliver({ body: { ...chosen, subject } });
    await world.deliver({ body: update });
    expect(world.ledger.links.get('A1b3/spring')?.subject).toBe(digest);
  });

  it('puts the digest into the job of its code', async ({ world }) => {
    await world.deliver({ body: { ...ofPerson, qr: {} } });
    expect(world.qrJobs).toMatchObject([{ subject: digest }]);
  });
});

describe('a command whose subject was erased since', () => {
  it('is rejected without a call, and leaves nothing of the person', async ({ world }) => {
    erase(world);
    expect(await world.deliver({ body: ofPerson, sentAtMilliseconds: world.now - 1 })).toEqual(['done']);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'subject-erased', requestId: 'r-1' }]);
    expect(world.outcomes[0]).not.toHaveProperty('metadata');
    expect(world.ledger.answered.get('crm/r-1')).not.toHaveProperty('subject');
    expect(JSON.stringify([...world.ledger.answered.values()])).not.toContain('hers');
    expect(world.rejected).toEqual([]);
    expect(world.api.calls).toEqual([]);
  });

  it.each([
    ['update', update],
    ['delete', remove],
    ['qr', qr],
  ])('is rejected as an %s, too', async (_, body) => {
    const world = new LinkWorld();
    await world.deliver({ body: chosen });
    erase(world);
    await world.deliver({ body: { ...body, subject }, sentAtMilliseconds: world.now });
    expect(world.outcomes[1]).toMatchObject({ outcome: 'rejected', reason: 'subject-erased' });
    expect(world.qrJobs).toEqual([]);
  });

  it('is rejected by the time at which it was requested, as a row of a campaign is sent later', async ({ world }) => {
    erase(world);
    world.now += 60_000;
    await world.deliver({ body: ofPerson, sentAtMilliseconds: world.now });
    expect(world.outcomes).toMatchObject([{ reason: 'subject-erased' }]);
  });

  it('is carried out if it was requested and sent afterwards', async ({ world }) => {
    erase(world);
    world.now += 60_000;
    const requestedAt = new Date(world.now).toISOString();
    await world.deliver({ body: { ...ofPerson, requestedAt }, sentAtMilliseconds: world.now });
    expect(world.outcomeKinds).toEqual(['created']);
  });

  it('is carried out for another subject, and without one', async ({ world }) => {
    erase(world);
    await world.deliver({ body: { ...create, subject: 'customer 8' } }, { body: { ...create, requestId: 'r-2' } });
    expect(world.outcomeKinds).toEqual(['created', 'created']);
  });

  it('deletes the link that an earlier delivery made before its crash', async ({ world }) => {
    world.ledger.failNext.add('addLink');
    expect(await world.deliver({ body: ofPerson })).toEqual(['try-again']);
    expect([...world.api.links.keys()]).toEqual([`A1b3/${derivedIdOfCreate}`]);
    erase(world);
    expect(await world.deliver({ body: ofPerson, receiveCount: 2 })).toEqual(['done']);
    expect([...world.api.links.keys()]).toEqual([]);
    expect(world.outcomes).toMatchObject([{ reason: 'subject-erased' }]);
  });

  it('is not held if its sender is unknown', async () => {
    const world = new LinkWorld({ SENDERS: { crm: ['AROACRM'] } });
    erase(world);
    await world.deliver({ body: ofPerson, sender: 'AROASTRANGER', sentAtMilliseconds: world.now });
    expect(world.held).toEqual([]);
    expect(world.outcomes).toMatchObject([{ outcome: 'rejected', reason: 'subject-erased' }]);
    expect(world.rejected).toEqual([]);
  });
});
