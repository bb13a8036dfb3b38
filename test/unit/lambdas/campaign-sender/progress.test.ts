import { describe, expect, it } from 'vitest';
import { withSent, withSettled, withSkipped } from '../../../../lambdas/campaign-sender/progress.ts';
import { SendingWorld } from '../../../world/sending-world.ts';

const entry = (chunk: number) => ({ chunk, rows: 2, images: 0, sentAt: 1, again: 0 });

const givenRecord = (change = {}) =>
  new SendingWorld().given('spring', ['create', 'create', 'create', 'create', 'create', 'create'], {
    perChunk: 2,
    ...change,
  });

describe('the progress of a campaign', () => {
  it('counts a settled chunk once, although its results come twice', async () => {
    // Given
    const record = await givenRecord({ sent: 2, outstanding: [entry(1), entry(2)] });
    const settled = [{ chunk: 1, tallies: { created: 1, rejected: 1 }, rejectedByCheck: 1 }];
    // When
    const once = { ...record, ...withSettled(record, settled, 5) };
    // Then
    expect(once).toMatchObject({
      settled: 1,
      tallies: { created: 1, rejected: 1 },
      outstanding: [entry(2)],
      settledAt: 5,
    });
    expect(once.rejectedSettled).toBe(1);
    expect(withSettled(once, settled, 6)).toBeUndefined();
  });

  it('remembers chunks that were settled out of order', async () => {
    // Given
    const record = await givenRecord({ sent: 3, outstanding: [entry(1), entry(2), entry(3)] });
    // When
    const later = { ...record, ...withSettled(record, [{ chunk: 3, tallies: { created: 2 }, rejectedByCheck: 0 }], 5) };
    const all = {
      ...later,
      ...withSettled(
        later,
        [1, 2].map((chunk) => ({ chunk, tallies: { failed: 2 }, rejectedByCheck: 0 })),
        6,
      ),
    };
    // Then
    expect(later).toMatchObject({ settled: 0, settledBeyond: [3] });
    expect(all).toMatchObject({ settled: 3, settledBeyond: [], tallies: { created: 2, failed: 4 }, outstanding: [] });
  });

  it('records a chunk as sent only in its turn', async () => {
    // Given
    const record = await givenRecord({ sent: 1, outstanding: [entry(1)] });
    // Then
    expect(withSent(record, entry(1), 2)).toBeUndefined();
    expect(withSent(record, entry(3), 2)).toBeUndefined();
    expect(withSent(record, entry(2), 2)).toMatchObject({ sent: 2, outstanding: [entry(1), entry(2)], rowsSent: 2 });
  });

  it('leaves out unsent chunks of a cancelled campaign only, and in their turn', async () => {
    // Given
    const skipped = [{ chunk: 2, tallies: { rejected: 1 }, rejectedByCheck: 1 }];
    const record = await givenRecord({ sent: 1, settled: 1, state: 'cancelled', tallies: { created: 2 } });
    // Then
    expect(withSkipped(record, skipped, 5)).toMatchObject({ settled: 2, tallies: { created: 2, rejected: 1 } });
    expect(withSkipped({ ...record, state: 'sending' }, skipped, 5)).toBeUndefined();
    expect(withSkipped({ ...record, settled: 2 }, skipped, 5)).toBeUndefined();
    expect(withSkipped({ ...record, outstanding: [entry(1)] }, skipped, 5)).toBeUndefined();
  });
});
