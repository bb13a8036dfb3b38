import { describe, expect, test } from 'vitest';
import type { CampaignAct } from '../../../../lambdas/domain/campaign/orders.ts';
import type { CampaignState } from '../../../../lambdas/domain/campaign/record.ts';
import { giveOrder } from '../../../../lambdas/operations/campaign-orders.ts';
import { givenCampaign } from '../../../world/given-campaign.ts';
import { InMemoryCampaignTable } from '../../../world/in-memory-campaign-table.ts';

const now = Date.parse('2026-03-10T13:00:00Z');
const clock = { wallMilliseconds: () => now };
const spring = { source: 'crm', name: 'spring' };

function given(change: Parameters<typeof givenCampaign>[0] = {}) {
  const table = new InMemoryCampaignTable();
  table.records.set('crm/spring', givenCampaign(change));
  const order = (act: CampaignAct) => giveOrder(spring, act, { campaigns: table, clock });
  return { table, order };
}

describe('an order to a campaign', () => {
  test('a pause records its reason, its time and who gave it', async () => {
    const { record } = await given().order({ act: 'pause', reason: 'the prices change', by: 'anna' });
    expect(record.paused).toEqual({ at: now, reason: 'the prices change', by: 'anna' });
  });

  test('a resume ends the pause, and a second one has nothing to do', async () => {
    const { order } = given({ paused: { at: 1, reason: 'x' } });
    expect((await order({ act: 'resume' })).record.paused).toBeUndefined();
    expect((await order({ act: 'resume' })).already).toBe('is not paused');
  });

  test('an approval starts the sending, and a second one has nothing to do', async () => {
    const { order } = given({ state: 'waiting' });
    const { record } = await order({ act: 'approve', by: 'anna' });
    expect(record).toMatchObject({ state: 'sending', approvedAt: now, approvedBy: 'anna' });
    expect((await order({ act: 'approve' })).already).toBe('is approved already, and is sending');
  });

  test('a cancellation ends it, and a second one has nothing to do', async () => {
    const { order } = given();
    const { record } = await order({ act: 'cancel', by: 'anna' });
    expect(record).toMatchObject({ state: 'cancelled', cancelled: { at: now, by: 'anna' } });
    expect((await order({ act: 'cancel' })).already).toBe('is cancelled already');
  });

  test.each([
    ['approve', 'checking', 'is still being checked. Approve it after its check'],
    ['approve', 'finished', 'is finished, so nothing of it waits for approval'],
    ['pause', 'finished', 'is finished, so it sends nothing'],
    ['pause', 'cancelled', 'is cancelled, so it sends nothing'],
    ['cancel', 'finished', 'is finished, so there is nothing to cancel'],
    ['cancel', 'refused', 'is refused, so there is nothing to cancel'],
  ] as const)('%s is refused for one that is %s, and changes nothing', async (act, state, words) => {
    const { table, order } = given({ state: state as CampaignState });
    const before = structuredClone(table.records.get('crm/spring'));
    await expect(order(act === 'pause' ? { act, reason: 'x' } : { act })).rejects.toThrow(
      `crm/spring ${words}. Nothing was changed.`,
    );
    expect(table.records.get('crm/spring')).toEqual(before);
  });

  test('meets the end of the campaign that comes between its reading and its act', async () => {
    const { table } = given();
    const read = async () => {
      const reading = await table.read(spring);
      table.records.set('crm/spring', givenCampaign({ state: 'finished', endedAt: now, revision: 2 }));
      return reading;
    };
    const order = giveOrder(spring, { act: 'cancel' }, { campaigns: { read, act: table.act.bind(table) }, clock });
    await expect(order).rejects.toThrow('is finished, so there is nothing to cancel');
  });
});
