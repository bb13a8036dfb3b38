import { describe, expect, it } from 'vitest';
import { monthSize } from '../../../../bench/month/world/size.ts';
import { variantPipeline } from '../../../../bench/world/synthesis.ts';

const laneIn = (size: ReturnType<typeof monthSize>, lane: string) => {
  const found = size.lanes.find(({ name }) => name === lane);
  if (found === undefined) throw new Error(`no lane ${lane}`);
  const { plan, reserveCalls, dailyCapCalls, reduced } = found;
  const { concurrency, callsPerSecond, batchSize, windowSeconds } = plan;
  return { concurrency, callsPerSecond, batchSize, windowSeconds, reserveCalls, dailyCapCalls, reduced };
};

describe('the size of a played month', () => {
  it('divides quota, reserves and caps, and keeps a lane’s rate and shape', () => {
    // Given, when: half of 7.5 million calls
    const size = monthSize(variantPipeline({}), 3_750_000);
    // Then
    expect([size.scale, size.callsPerSecond, size.qrCallsPerSecond]).toEqual([2, 64 + 819 + 22 + 18 + 1, 22]);
    expect(laneIn(size, 'transactional')).toEqual({
      ...{ concurrency: 4, callsPerSecond: 16, batchSize: 10, windowSeconds: 0, reduced: undefined },
      ...{ reserveCalls: 10_000, dailyCapCalls: 250_000 },
    });
    expect(laneIn(size, 'campaign')).toEqual({
      ...{ concurrency: 13, callsPerSecond: 63, batchSize: 1_000, windowSeconds: 5, reduced: undefined },
      ...{ reserveCalls: 375_000, dailyCapCalls: undefined },
    });
  });

  it('lowers the rate of a lane whose calls until the governor’s next poll would take much of its divided reserve', () => {
    // Given, when: a hundredth. 819 calls a second for 80.9 s are 66,000, and a quarter of the reserve is 1,875.
    const size = monthSize(variantPipeline({}), 75_000);
    // Then: 22 calls a second for 80.9 s are 1,779.
    expect(laneIn(size, 'campaign')).toEqual({
      ...{ concurrency: 2, callsPerSecond: 11, batchSize: 175, windowSeconds: 5 },
      ...{ reserveCalls: 7_500, dailyCapCalls: undefined, reduced: '2 × 11/s instead of 13 × 63/s' },
    });
    expect(laneIn(size, 'transactional').reduced).toBeUndefined();
  });

  it('refuses lanes that cannot be planned, with the arithmetic', () => {
    // Given
    const { settings, account } = variantPipeline({});
    const { campaign, transactional } = settings.lanes;
    if (campaign === undefined || transactional === undefined) throw new Error('the sample has both lanes');
    const lanes = { campaign, transactional: { ...transactional, rateShare: 0.001 } };
    // When, then
    expect(() => monthSize({ account, settings: { ...settings, lanes } }, 75_000)).toThrow(
      'lanes.transactional.rateShare: must leave each environment at least 1 call/s: R = floor(0.001 × 950) = 0',
    );
  });
});
