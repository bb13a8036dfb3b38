import { describe, expect, it } from 'vitest';
import { type Handler, Mapping } from '../../../../bench/month/queues/mapping.ts';
import { SimulatedQueue } from '../../../../bench/month/queues/queue.ts';
import { SimulatedClock } from '../../../../bench/month/time/simulated-clock.ts';

const noon = Date.parse('2026-03-09T12:00:00Z');

/** A mapping whose handler works for a time on each batch, and fails the messages that the test names. */
function given(size: { concurrency: number; batchSize: number; windowSeconds: number }, workMilliseconds = 1_000) {
  const clock = new SimulatedClock(noon);
  const queue = new SimulatedQueue('lane', clock, { visibilityTimeoutSeconds: 365, maxReceiveCount: 3 });
  const batches: string[] = [];
  const failing = new Map<string, number>();
  const handler: Handler = async ({ Records }) => {
    const at = clock.wallMilliseconds() - noon;
    batches.push(`${at}: ${Records.map(({ body }) => body).join(' ')}`);
    await clock.sleep(workMilliseconds);
    const failed = Records.filter(({ body }) => failing.has(body));
    for (const { receiptHandle, body } of failed) queue.changeVisibility(receiptHandle, failing.get(body) ?? 0);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
  const environments = Array.from({ length: size.concurrency }, () => handler);
  const mapping = new Mapping(queue, clock, { ...size, timeoutSeconds: 60 }, environments);
  const send = (...bodies: string[]) => {
    for (const body of bodies) queue.send({ body, senderId: 'AROACRM' });
  };
  return { clock, queue, mapping, batches, failing, send };
}

describe('an event source mapping of the simulated month', () => {
  it('waits for a full batch or the end of its window, whichever comes first', async () => {
    // Given
    const { clock, send, batches } = given({ concurrency: 2, batchSize: 3, windowSeconds: 5 });
    // When: four messages now, and one before the window of the fourth ends.
    send('a', 'b', 'c', 'd');
    clock.at(noon + 2_000, () => send('e'));
    await clock.runUntil(noon + 60_000);
    // Then
    expect(batches).toEqual(['15: a b c', '5015: d e']);
  });

  it('runs as many batches at once as it has environments, and the next one waits for a free one', async () => {
    // Given
    const { clock, send, batches } = given({ concurrency: 2, batchSize: 2, windowSeconds: 0 });
    // When
    send('a', 'b', 'c', 'd', 'e');
    await clock.runUntil(noon + 60_000);
    // Then
    expect(batches).toEqual(['15: a b', '15: c d', '1015: e']);
  });

  it('delivers a failed message again after its delay, and moves it to the dead letters after its last receive', async () => {
    // Given
    const { clock, queue, send, batches, failing } = given({ concurrency: 1, batchSize: 10, windowSeconds: 0 });
    failing.set('b', 30);
    // When
    send('a', 'b');
    await clock.runUntil(noon + 600_000);
    // Then
    expect(batches).toEqual(['15: a b', '31030: b', '62045: b']);
    expect(queue.deadLetters.map(({ body }) => body)).toEqual(['b']);
    expect(queue.depth).toBe(0);
  });

  it('starts nothing new while it is off, and continues when it is on again', async () => {
    // Given
    const { clock, mapping, queue, send, batches } = given({ concurrency: 1, batchSize: 10, windowSeconds: 0 });
    mapping.switch(false);
    // When
    send('a');
    await clock.runUntil(noon + 60_000);
    expect([batches, queue.visible]).toEqual([[], 1]);
    mapping.switch(true);
    await clock.runUntil(noon + 120_000);
    // Then
    expect(batches).toEqual(['60015: a']);
  });

  it('delivers the messages of a quiet group before those of a group that has thirty in flight', async () => {
    // Given: thirty messages of a campaign are in flight, and sixty wait.
    const { clock, queue, batches } = given({ concurrency: 4, batchSize: 10, windowSeconds: 0 }, 10_000);
    for (let number = 0; number < 90; number++)
      queue.send({ body: `c${number}`, senderId: 'AROACRM', groupId: 'campaign' });
    // When
    queue.send({ body: 'urgent', senderId: 'AROACRM', groupId: 'transactional' });
    await clock.runUntil(noon + 9_000);
    // Then
    expect(batches).toHaveLength(4);
    expect(batches.find((batch) => batch.includes('urgent'))).toMatch(/^15:/);
  });
});
