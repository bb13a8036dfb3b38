import { test as base, describe, expect } from 'vitest';
import { changeCampaign } from '../../../../lambdas/campaign-sender/change-campaign.ts';
import { SendingWorld } from '../../../world/sending-world.ts';
import { stillClock } from '../../../world/stillness.ts';

const it = base.extend('world', () => new SendingWorld());

describe('a change of a campaign', () => {
  it('is made anew on a record that somebody else has written in the meantime', async ({ world }) => {
    // Given
    const record = await world.given('spring', ['create']);
    await world.pause('spring');
    // When
    const { campaigns } = world;
    await changeCampaign({ campaigns, clock: stillClock(5) }, record, ({ sent }) => ({ sent: sent + 1 }));
    // Then
    expect(world.record('spring')).toMatchObject({ sent: 1, paused: { reason: 'test' }, changedAt: 5 });
  });

  it('is not made on a newer drop', async ({ world }) => {
    // Given
    const record = await world.given('spring', ['create']);
    await world.given('spring', ['create'], { drop: 2 });
    // When
    const { campaigns } = world;
    const after = await changeCampaign({ campaigns, clock: stillClock(5) }, record, () => ({ sent: 1 }));
    // Then
    expect(after).toBeUndefined();
    expect(world.record('spring')).toMatchObject({ drop: 2, sent: 0 });
  });

  it('fails if the record is gone', async ({ world }) => {
    // Given
    const record = await world.given('spring', ['create']);
    world.campaigns.records.clear();
    // When
    const { campaigns } = world;
    const change = changeCampaign({ campaigns, clock: stillClock() }, record, () => ({ sent: 1 }));
    // Then
    await expect(change).rejects.toThrow('the record of a campaign is missing or malformed');
  });
});
