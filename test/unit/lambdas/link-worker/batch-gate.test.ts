import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LaneNow, Signal } from '../../../../lambdas/domain/control/control-record.ts';
import { QuotaTally } from '../../../../lambdas/domain/control/quota-tally.ts';
import { keepBooks } from '../../../../lambdas/domain/work/bookkeeping.ts';
import type { ObservedFields } from '../../../../lambdas/domain/work/observer.ts';
import { LostCalls, openGate } from '../../../../lambdas/link-worker/batch-gate.ts';
import { EmulatedApi } from '../../../world/emulated-api.ts';
import { create, LinkWorld } from '../../../world/link-world.ts';
import { silentObserver } from '../../../world/stillness.ts';

const address = { onelinkId: 'A1b3', shortlinkId: 'spring' };
const link = { data: { pid: 'sms' } };
const open: LaneNow = { state: 'open', quotaKnown: true, hasParked: false };

/** A gate in front of an API with a spent quota. The first signals fail this often. */
function givenGate(failures: number) {
  const api = new EmulatedApi({ now: () => Date.parse('2026-03-01T10:00:05Z'), sleep: async () => {} });
  api.control.changeSettings({ quotaRemaining: 0 });
  const signalled: Signal[] = [];
  const warnings: { message: string; fields: ObservedFields | undefined }[] = [];
  const counts = new Map<string, number>();
  const observer = {
    ...silentObserver,
    count: (metric: string, by = 1) => void counts.set(metric, (counts.get(metric) ?? 0) + by),
    warn: (message: string, fields?: ObservedFields) => void warnings.push({ message, fields }),
  };
  let left = failures;
  const write = async (signal: Signal) => {
    if (left-- > 0) throw new TypeError('a message that may quote a value');
    signalled.push(signal);
  };
  const gate = openGate(api.client, open, new QuotaTally(() => {}), new LostCalls(), (signal) =>
    keepBooks(observer, 'BookkeepingFailed', () => write(signal)),
  );
  return { gate, api: gate.apiFor('crm', []), signalled, warnings, counts };
}

describe('a signal that cannot be written', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  // Lambda's runtime ends the process on one.
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => void process.off('unhandledRejection', note));

  it('stops neither the process nor the batch', async () => {
    // Given
    const { gate, api, warnings, counts } = givenGate(1);
    // When
    await api.create(address, link);
    await setImmediate();
    await gate.signalled();
    // Then
    expect(unhandled).toEqual([]);
    expect(counts).toEqual(new Map([['BookkeepingFailed', 1]]));
    expect(warnings).toEqual([{ message: 'bookkeeping failed: the batch continues', fields: { error: 'TypeError' } }]);
    expect(gate.closedFor('create')).toBe('park');
  });

  it('is written with the next answer of its kind, and then not again', async () => {
    // Given
    const { gate, api, signalled } = givenGate(1);
    // When
    await api.create(address, link);
    await setImmediate();
    await api.create(address, link);
    await api.create(address, link);
    await gate.signalled();
    // Then
    expect(signalled).toEqual(['quotaExceededAt']);
  });
});

describe('a batch whose commands are complete', () => {
  it('is acknowledged even if its calls and renewals cannot be counted', async () => {
    // Given
    const world = new LinkWorld();
    world.control.failNext.add('addSpent').add('addRenewals');
    const kept = { ...create, keepUntil: '2026-09-01T00:00:00Z' };
    // When
    const dispositions = await world.deliver({ body: kept });
    // Then
    expect(dispositions).toEqual(['done']);
    expect(world.outcomeKinds).toEqual(['created']);
    expect(world.control.failNext.size).toBe(0);
    expect(world.counts.get('BookkeepingFailed')).toBe(2);
  });
});
