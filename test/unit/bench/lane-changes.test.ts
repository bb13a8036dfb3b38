import { describe, expect, it } from 'vitest';
import { config } from '../../../examples/configuration.ts';
import { changedLanes } from '../../bench/world/lane-changes.ts';

const lanes = config.stages.production?.pipelines[0]?.lanes ?? {};

describe('the lanes of the option --lanes', () => {
  it('have the given settings, and otherwise those of the configuration', () => {
    // When
    const changed = changedLanes(lanes, 'transactional.rateShare=0.1, campaign.rateShare=0.836,campaign.batchSize=500');
    // Then
    expect(changed).toEqual({
      transactional: { ...lanes.transactional, rateShare: 0.1 },
      campaign: { ...lanes.campaign, rateShare: 0.836, batchSize: 500 },
    });
  });

  it.each([
    'bulk.rateShare=0.1',
    'campaign.rateShare',
    'campaign.colour=1',
    'campaign.rateShare=a',
    '__proto__.rateShare=1',
    '',
  ])('are refused for %j, with the lanes and settings that exist', (text) => {
    expect(() => changedLanes(lanes, text)).toThrow(
      `"${text}" is not lane.setting=number, as in transactional.rateShare=0.1. ` +
        'The lanes are transactional, campaign. The settings are rateShare, batchSize, windowSeconds, quotaReserveCalls.',
    );
  });
});
