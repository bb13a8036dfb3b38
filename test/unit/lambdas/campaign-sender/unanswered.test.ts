import { test as base, describe, expect } from 'vitest';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { SendingWorld } from '../../../world/sending-world.ts';

const it = base.extend('world', () => new SendingWorld());

type Sent = { sentAtMilliseconds: number } | undefined;
const minutesBetween = (one: Sent, other: Sent) =>
  ((other?.sentAtMilliseconds ?? 0) - (one?.sentAtMilliseconds ?? 0)) / 60_000;

describe('a row without an answer', () => {
  it('is sent again after fifteen minutes, under the same requestId and message ID', async ({ world }) => {
    // Given
    world.lost.add('spring/k-2');
    await world.given('spring', ['create', 'create', 'create']);
    world.in(10 * 60_000, () => world.lost.clear());
    // When
    await world.runs(30);
    // Then
    expect(world.counts('spring')).toEqual({ created: 3, 'not attempted': 0 });
    expect(world.sent).toHaveLength(4);
    expect(minutesBetween(world.sent[1], world.sent[3])).toBeGreaterThanOrEqual(15);
    expect(minutesBetween(world.sent[1], world.sent[3])).toBeLessThan(18);
    expect(world.sent[3]).toMatchObject({ messageId: world.sent[1]?.messageId, body: world.sent[1]?.body });
    expect(world.metrics.get('CampaignRowsSentAgain')).toBe(1);
  });

  it('has failed after it was sent again three times', async ({ world }) => {
    // Given
    world.lost.add('spring/k-2');
    await world.given('spring', ['create', 'create', 'create']);
    // When
    await world.runs(75);
    // Then
    expect(world.sent.map(({ row }) => row)).toEqual([1, 2, 3, 2, 2, 2]);
    expect(minutesBetween(world.sent[1], world.sent[5])).toBeGreaterThanOrEqual(45);
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
    await world.runs(60);
    // Then
    const [, second] = world.sent;
    expect(((second?.sentAtMilliseconds ?? 0) - openAgain) / 60_000).toBeGreaterThanOrEqual(15);
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
    let finishedAt = 0;
    world.onWrite = ({ state }) => {
      if (state === 'finished') finishedAt = world.now;
    };
    const startedAt = world.now;
    // When
    await world.runs(40);
    // Then
    expect(finishedAt - startedAt).toBeGreaterThanOrEqual(30 * 60_000);
    expect(finishedAt - startedAt).toBeLessThan(33 * 60_000);
    expect(world.results('spring').map(({ status, qr, reason }) => [status, qr, reason])).toEqual([
      ['created', 'failed', 'code-overdue'],
      ['created', undefined, undefined],
    ]);
    expect(world.sent).toHaveLength(2);
  });

  it('is settled at once, with the reason, if the API refuses its code', async ({ world }) => {
    // Given
    world.refusesImages = true;
    await world.given('spring', [
      'create-qr',
      'create',
      { action: 'qr', shortlinkId: 'known', data: undefined, qr: {} },
    ]);
    world.ledger.links.set('A1b3/known', givenLinkAt('known', { source: 'crm' }));
    // When
    await world.runs(3);
    // Then
    expect(world.record('spring').state).toBe('finished');
    expect(world.results('spring').map(({ status, qr, reason }) => [status, qr, reason])).toEqual([
      ['created', 'failed', 'code-refused-by-api'],
      ['created', undefined, undefined],
      ['failed', 'failed', 'refused-by-api'],
    ]);
  });

  it('bounds what its campaign has queued for images', async ({ world }) => {
    // Given
    world.worksImages = false;
    await world.given('codes', Array<'create-qr'>(300).fill('create-qr'), { perChunk: 10 });
    // When
    await world.run();
    // Then
    // 30 s × 5 images a second.
    expect(world.jobs).toHaveLength(150);
  });

  it('does not hold up the campaigns without images', async ({ world }) => {
    // Given
    world.worksImages = false;
    await world.given('codes', Array<'create-qr'>(300).fill('create-qr'), { perChunk: 10 });
    await world.given('plain', Array<'create'>(500).fill('create'), { perChunk: 10 });
    // When
    await world.run();
    // Then
    expect(world.record('plain').state).toBe('finished');
  });
});

describe('the reads of a campaign', () => {
  it.for([1, 0.4])(
    'stay near one for each row, and two for a row with an image, at %d of the rate',
    async (speed, { world }) => {
      // Given
      world.speed = speed;
      const rows = Array.from({ length: 600 }, (_, index) =>
        index % 3 === 0 ? ('create-qr' as const) : ('create' as const),
      );
      await world.given('spring', rows, { perChunk: 50 });
      // When
      await world.runs(10);
      // Then
      expect(world.record('spring').state).toBe('finished');
      // 600 rows and 200 images. Some are read again, because they were not done when their chunk was read.
      expect(world.recordsRead).toBeLessThan(1.6 * 800);
    },
  );
});
