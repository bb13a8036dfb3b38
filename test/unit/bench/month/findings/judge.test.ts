import { describe, expect, it } from 'vitest';
import { brokenPromises } from '../../../../bench/month/findings/judge.ts';
import type { PlayedMonth } from '../../../../bench/month/play.ts';
import { Cloud } from '../../../../bench/month/world/cloud.ts';
import { monthSize } from '../../../../bench/month/world/size.ts';
import { variantPipeline } from '../../../../bench/world/synthesis.ts';
import { givenLinkAt } from '../../../../world/given-ledger.ts';
import { givenOutcome } from '../../../../world/given-outcome.ts';

const from = Date.parse('2026-03-01T00:00:00Z');
const inAYear = from / 1000 + 365 * 86_400;

/** A month in which nothing has happened yet. */
function given(): { cloud: Cloud; broken: () => string[] } {
  const cloud = new Cloud(monthSize(variantPipeline({}), 75_000), from, 1);
  const governed = { changes: [], forecasts: [] };
  const played: PlayedMonth = { cloud, governed, samples: [], from, until: from, usedAtEnd: 0, cpuSeconds: 0 };
  return { cloud, broken: () => brokenPromises(played) };
}

const sent = { lane: 'campaign', part: 'spring', action: 'create', sentAt: from, wantsCode: false };
const created = givenOutcome({ source: 'crm', requestId: 'r-1', outcome: 'created', outcomeId: 'one' });

describe('the judge of a played month', () => {
  it('finds nothing if every command has one final outcome, and the ledger equals the API', () => {
    // Given
    const { cloud, broken } = given();
    cloud.correspondence.sent('crm', 'r-1', sent);
    cloud.correspondence.published(created, from);
    cloud.correspondence.published({ ...created, repeat: true }, from + 1);
    cloud.api.links.set('A1b3/poster', { data: { pid: 'print' }, expiresAt: inAYear, api: 'v2.0' });
    cloud.ledger.links.set('A1b3/poster', givenLinkAt('poster', { expiresAt: inAYear }));
    // When, then
    expect(broken()).toEqual([]);
  });

  it('finds lost commands, second outcomes, and outcomes of nobody', () => {
    // Given
    const { cloud, broken } = given();
    for (const requestId of ['r-1', 'r-2', 'r-3']) cloud.correspondence.sent('crm', requestId, sent);
    cloud.correspondence.published(created, from);
    cloud.correspondence.published({ ...created, outcomeId: 'two' }, from);
    cloud.correspondence.published({ ...created, requestId: 'r-9' }, from);
    // When, then
    expect(broken()).toEqual([
      '2 commands have no final outcome',
      '1 commands have more than one final outcome',
      '1 outcomes name a request that nobody has sent',
    ]);
  });

  it('finds a QR code that never came', () => {
    // Given
    const { cloud, broken } = given();
    cloud.correspondence.sent('crm', 'r-1', { ...sent, wantsCode: true });
    cloud.correspondence.published(created, from);
    // When, then
    expect(broken()).toEqual(['1 links have no QR code, and no outcome shows why']);
  });

  it('finds links that only the API has, or only the ledger, and duplicates', () => {
    // Given
    const { cloud, broken } = given();
    cloud.api.links.set('A1b3/unknown', { data: { pid: 'print' }, expiresAt: inAYear, api: 'v2.0' });
    cloud.ledger.links.set('A1b3/missing', givenLinkAt('missing', { expiresAt: inAYear }));
    cloud.made.set('A1b3/unknown', 2);
    // When, then
    expect(broken()).toEqual([
      '1 addresses have a duplicate link',
      '1 live links of the API are not in the ledger',
      '1 live links of the ledger are not at the API, or end earlier there',
    ]);
  });

  it('finds a second above the plan, with its 429s', async () => {
    // Given: the plan is 127 calls a second, and the API allows 133.
    const { cloud, broken } = given();
    // When
    const reads = Array.from({ length: 150 }, () => cloud.api.client.read({ onelinkId: 'A1b3', shortlinkId: 'none' }));
    await cloud.clock.runUntil(from + 60_000);
    await Promise.all(reads);
    // Then
    expect(broken()).toEqual([
      expect.stringMatching(/^\d+ calls had a 429 of our own making$/),
      'a second had 150 calls, and the plan 127',
    ]);
  });

  it('finds a lane that has spent what it must leave to others', () => {
    // Given: a campaign lane may come down to 7,500 − 22 × (65 s + 15.9 s) = 5,720 calls.
    const { cloud, broken } = given();
    cloud.lowestQuota.set('campaign', 5_719);
    // When, then
    expect(broken()).toEqual(['the lane campaign spent the quota down to 5719 calls; it leaves 7500 to others']);
  });

  it('finds dead letters', () => {
    // Given
    const { cloud, broken } = given();
    const queue = cloud.queue('campaign');
    queue.deadLetters.push(queue.send({ body: '', senderId: 'AROACRM' }));
    // When, then
    expect(broken()).toEqual(['1 messages of the queue campaign are dead letters']);
  });
});
