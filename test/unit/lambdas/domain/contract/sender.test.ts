import { describe, expect, it } from 'vitest';
import { type SenderDecisions, senderOf, standing, uniqueId } from '../../../../../lambdas/domain/contract/sender.ts';

const [crmRole, studioRole, sharedRole] = ['AROACRMCRMCRMCRMCRMCR', 'AROASTUDIOSTUDIOSTUDI', 'AROASHAREDSHAREDSHARE'];
const stranger = 'AROASTRANGERSTRANGERS';
const bound = { crm: [crmRole, sharedRole], studio: [studioRole, sharedRole], feed: [] };

describe('the unique ID of a sender', () => {
  it.each([
    ['an assumed role, without its session', 'AROACRMCRMCRMCRMCRMCR:dispatcher', 'AROACRMCRMCRMCRMCRMCR'],
    ['a user', 'AIDACRMCRMCRMCRMCRMCR', 'AIDACRMCRMCRMCRMCRMCR'],
    ['the root user of an account', '111122223333', '111122223333'],
    ['no sender', undefined, 'unknown'],
    ['an empty sender', '', 'unknown'],
    ['what is no ID', '../crm', 'unknown'],
  ])('of %s', (_, senderId, id) => {
    expect(uniqueId(senderId)).toBe(id);
  });
});

describe('the first sender of a message', () => {
  it.each([
    ['is whom SQS reports', `${crmRole}:session`, undefined, false, crmRole],
    ['is not believed from a producer', `${studioRole}:session`, crmRole, false, studioRole],
    ['is not believed from a producer that claims an ingress queue', studioRole, 'source:crm', false, studioRole],
    ['is passed on by an own role', 'AROAREPLAYER:run', crmRole, true, crmRole],
    ['is the source that an own role vouches for', 'AROAFORWARDER:run', 'source:shop.eu-1', true, 'source:shop.eu-1'],
    ['is the own role itself if it passes on none', 'AROAREPLAYER:run', undefined, true, 'AROAREPLAYER'],
    ['is unknown if the own role passes on what is no sender', 'AROAREPLAYER:run', 'source:../crm', true, 'unknown'],
  ])('%s', (_, senderId, firstSender, isOwn, sender) => {
    expect(senderOf(senderId, firstSender, isOwn)).toBe(sender);
  });
});

describe('a sender’s standing', () => {
  it.each([
    ['its own source', crmRole, 'crm'],
    ['one of the two sources that share it', sharedRole, 'studio'],
    ['the source that an ingress queue proved', 'source:feed', 'feed'],
    ['an unbound source, as a stranger', stranger, 'product'],
    ['an unbound source, as a sender that SQS does not report', 'unknown', 'product'],
    ['an unbound source with the name of an object’s member', stranger, 'constructor'],
  ])('allows %s', (_, sender, source) => {
    expect(standing(sender, source, bound)).toBe('allowed');
  });

  it.each([
    ['another producer’s bound source', studioRole, 'crm', 'studio'],
    ['an unbound source', studioRole, 'product', 'studio'],
    ['a source that is not configured', sharedRole, 'nobody', 'crm'],
    ['another source than the one an ingress queue proved', 'source:feed', 'crm', 'feed'],
  ])('names its producer if it names %s', (_, sender, source, belongsTo) => {
    expect(standing(sender, source, bound)).toEqual({ belongsTo });
  });

  it.each([
    ['a stranger', stranger],
    ['a sender that SQS does not report', 'unknown'],
  ])('is unknown for %s on a bound source', (_, sender) => {
    expect(standing(sender, 'crm', bound)).toBe('unknown');
    expect(standing(sender, 'feed', bound)).toBe('unknown');
  });

  it('is what an operator decided for this sender and source, and for no other', () => {
    const decided = (decision: 'confirmed' | 'rejected') => ({ decision, at: 1_773_144_000_000, reason: 'a new role' });
    const decisions: SenderDecisions = {
      [`crm/${stranger}`]: decided('confirmed'),
      [`feed/${stranger}`]: decided('rejected'),
    };

    expect(standing(stranger, 'crm', bound, decisions)).toBe('allowed');
    expect(standing(stranger, 'feed', bound, decisions)).toBe('rejected');
    expect(standing(stranger, 'studio', bound, decisions)).toBe('unknown');
    expect(standing('AROAANOTHERSTRANGERRR', 'crm', bound, decisions)).toBe('unknown');
  });

  it('of a bound sender does not depend on decisions, and nobody can decide about a sender that SQS does not report', () => {
    const decided = (decision: 'confirmed' | 'rejected') => ({ decision, at: 1_773_144_000_000, reason: 'by mistake' });
    const decisions: SenderDecisions = {
      [`crm/${crmRole}`]: decided('rejected'),
      [`crm/${studioRole}`]: decided('confirmed'),
      'crm/unknown': decided('confirmed'),
    };

    expect(standing(crmRole, 'crm', bound, decisions)).toBe('allowed');
    expect(standing(studioRole, 'crm', bound, decisions)).toEqual({ belongsTo: 'studio' });
    expect(standing('unknown', 'crm', bound, decisions)).toBe('unknown');
  });
});
