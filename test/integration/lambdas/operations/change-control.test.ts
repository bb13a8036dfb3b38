import { describe, expect, test } from 'vitest';
import { ControlTable } from '../../../../lambdas/adapters/control-table.ts';
import type { MappingState } from '../../../../lambdas/adapters/lane-mappings.ts';
import { type ControlRecord, emptyControl } from '../../../../lambdas/domain/control/control-record.ts';
import { pausedBy, resumedBy } from '../../../../lambdas/domain/control/lane-orders.ts';
import { changeControl } from '../../../../lambdas/operations/change-control.ts';
import { systemClock } from '../../../../lambdas/runtime/clock.ts';
import { givenTable } from '../adapters/given-engines.ts';

const { client, table } = await givenTable();
const control = new ControlTable(client, table, systemClock);
const now = Date.parse('2026-03-10T12:00:00Z');
const lanes = ['campaign', 'transactional'].map((name) => ({ name, mappings: [`${name}-mapping`] }));
const pause = (lane: string) => (record: ControlRecord) =>
  pausedBy(record, [lane], { note: 'a test', nowMilliseconds: now });

function portsWith(off: string[] = [], change: Partial<Pick<ControlTable, 'read' | 'write'>> = {}) {
  const state = async (id: string): Promise<MappingState> => (off.includes(id) ? 'off' : 'on');
  return {
    control: { read: () => control.read(), write: control.write.bind(control), ...change },
    mappings: { state },
    clock: { wallMilliseconds: () => now },
  };
}

describe('an operator override', () => {
  test('is written without an earlier record, and does not open lanes whose mappings are off', async () => {
    await changeControl(lanes, portsWith(['transactional-mapping']), pause('campaign'));
    expect((await control.read()).control).toEqual({
      ...emptyControl,
      revision: 1,
      parkedAt: now,
      lanes: {
        campaign: { state: 'paused', reason: 'operator', note: 'a test', since: now },
        transactional: { state: 'paused', reason: 'control-record-lost', since: now },
      },
    });
  });

  test('keeps what another writer writes at the same moment', async () => {
    let governorWrites = 1;
    const read = async () => {
      const reading = await control.read();
      if (governorWrites-- > 0) await control.write({ ...(reading.control ?? emptyControl), governedAt: 5 }, reading);
      return reading;
    };
    await changeControl(lanes, portsWith([], { read }), (record) => resumedBy(record, ['campaign'], now));
    const written = (await control.read()).control;
    expect(written).toMatchObject({ revision: 3, governedAt: 5 });
    expect(written?.lanes.campaign).toEqual({ state: 'open', since: now, openedAt: now });
  });

  test('that changes nothing writes no record', async () => {
    const before = await control.read();
    await changeControl(lanes, portsWith(), (record) => resumedBy(record, ['campaign'], now));
    expect(await control.read()).toEqual(before);
  });

  test('ends with an error if every attempt loses against another writer', async () => {
    const write = async () => false;
    await expect(changeControl(lanes, portsWith([], { write }), pause('campaign'))).rejects.toThrow(
      'Other writers changed the control record 10 times in a row',
    );
  });
});
