import { test as base, describe, expect } from 'vitest';
import { SendingWorld } from '../../../world/sending-world.ts';

const it = base.extend('world', () => new SendingWorld());

describe('a row without an answer', () => {
  it('is sent again after fifteen minutes, under the same requestId and message ID', async ({ world }) => {
    // Given
    world.lost.add('spring/k-2');
    await world.given('spring', ['create', 'create', 'create']);
    world.in(10 * 60_000, () => world.lost.clear());
    // When
    await world.runs(14);
    // Then
    expect(world.sent).toHaveLength(3);
    // When
    await world.runs(10);
    // Then
    expect(world.counts('spring')).toEqual({ created: 3, 'not attempted': 0 });
    expect(world.sent).toHaveLength(4);
    expect(world.sent[3]).toMatchObject({ messageId: world.sent[1]?.messageId, body: world.sent[1]?.body });
    expect(world.metrics.get('CampaignRowsSentAgain')).toBe(1);
  });

  it('has failed after it was sent again three times', async ({ world }) => {
    // Given
    world.lost.add('spring/k-2');
    await world.given('spring', ['create', 'create', 'create']);
    // When
    await world.runs(58);
    // Then
    expect(world.sent).toHaveLength(6);
    expect(world.record('spring').state).toBe('sending');
    // When
    await world.runs(10);
    // Then
    expect(world.sent).toHaveLength(6);
    expect(world.results('spring').map(({ status, reason }) => [status, reason])).toEqual([
      ['created', undefined],
      ['failed', 'unanswered'],
      ['created', undefined],
    ]);
  });

  it('waits while the lane is not open, and is not sent again at once when it opens', async ({ world }) => {
    // Given
    world.lost.add('spring/k-1');
    await world.given('spring', ['create']);
    const openAgain = world.now + 40 * 60_000;
    world.in(60_000, () => {
      world.control.setRecord(world.now, { lanes: { campaign: { state: 'paused', since: world.now } } });
    });
    world.in(40 * 60_000, () => {
      world.control.setRecord(world.now, {
        lanes: { campaign: { state: 'open', since: world.now, openedAt: world.now } },
      });
    });
    // When
    await world.runs(54);
    // Then
    expect(world.now).toBeGreaterThan(openAgain + 13 * 60_000);
    expect(world.sent).toHaveLength(1);
    // When
    await world.runs(5);
    // Then
    expect(world.sent).toHaveLength(2);
  });

  it('is not sent again while commands are parked: it may be among them', async ({ world }) => {
    // Given
    world.lost.add('spring/k-1');
    await world.given('spring', ['create']);
    world.control.setRecord(world.now, { parkedAt: world.now });
    // When
    await world.runs(40);
    // Then
    expect(world.sent).toHaveLength(1);
  });

  it('is not sent again while the queue is so long that it may wait there', async ({ world }) => {
    // Given
    await world.given('spring', ['create']);
    world.worksLinks = false;
    const waiting = { body: '{}', messageId: 'm', sentAtMilliseconds: 1, sender: 'AROACRM', receiveCount: 1 };
    for (let count = 0; count < 10_000; count++) {
      world.queued.push({ ...waiting, queueUrl: 'http://127.0.0.1:1/campaign' });
    }
    // When
    await world.runs(40);
    // Then
    expect(world.sent).toHaveLength(1);
  });

  it('does not hold up the chunks behind it', async ({ world }) => {
    // Given
    world.lost.add('spring/k-1');
    await world.given('spring', Array<'create'>(100).fill('create'), { perChunk: 10 });
    // When
    await world.run();
    // Then
    expect(world.record('spring')).toMatchObject({ settled: 0, settledBeyond: [2, 3, 4, 5, 6, 7, 8, 9, 10] });
    expect(world.counts('spring')).toEqual({ created: 90, 'not attempted': 10 });
  });
});

describe('a row without its image', () => {
  it('keeps its chunk open for half an hour, and then counts as made without one', async ({ world }) => {
    // Given
    world.worksImages = false;
    await world.given('spring', ['create-qr', 'create']);
    // When
    await world.runs(29);
    // Then
    expect(world.record('spring')).toMatchObject({ state: 'sending', settled: 0 });
    // When
    await world.runs(6);
    // Then
    expect(world.results('spring').map(({ status, qr }) => [status, qr])).toEqual([
      ['created', 'failed'],
      ['created', undefined],
    ]);
    expect(world.sent).toHaveLength(2);
  });

  it('bounds what its campaign has queued for images', async ({ world }) => {
    // Given
    world.worksImages = false;
    await world.given('codes', Array<'create-qr'>(1_000).fill('create-qr'), { perChunk: 10 });
    await world.given('plain', Array<'create'>(1_000).fill('create'), { perChunk: 10 });
    // When
    await world.run();
    // Then
    expect(world.jobs.length).toBeLessThanOrEqual(160);
    expect(world.record('plain').state).toBe('finished');
  });
});

describe('the reads of a campaign', () => {
  it('grow with its rows, about one for each, and two for a row with an image', async ({ world }) => {
    // Given
    await world.given('spring', Array<'create'>(2_000).fill('create'), { perChunk: 50 });
    // When
    await world.run();
    // Then
    expect(world.record('spring').state).toBe('finished');
    expect(world.recordsRead).toBeLessThan(2 * 2_000);
  });
});
