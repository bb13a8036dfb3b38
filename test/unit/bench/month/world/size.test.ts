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
    // Given, when: a tenth of 7.5 million calls
    const size = monthSize(variantPipeline({}), 750_000);
    // Then
    expect([size.scale, size.callsPerSecond, size.qrCallsPerSecond]).toEqual([10, 57 + 832 + 22 + 8 + 1, 22]);
    expect(laneIn(size, 'transactional')).toEqual({
      ...{ concurrency: 3, callsPerSecond: 19, batchSize: 10, windowSeconds: 0, reduced: undefined },
      ...{ reserveCalls: 2_000, dailyCapCalls: 50_000 },
    });
    expect(laneIn(size, 'campaign')).toEqual({
      ...{ concurrency: 13, callsPerSecond: 64, batchSize: 1_000, windowSeconds: 5, reduced: undefined },
      ...{ reserveCalls: 75_000, dailyCapCalls: undefined },
    });
  });

  it('lowers the rate of a lane whose calls until the governor’s next poll would exceed its divided reserve', () => {
    // Given, when: a hundredth. 832 calls a second for 80.6 s are 67,000, and the reserve is 7,500.
    const size = monthSize(variantPipeline({}), 75_000);
    // Then: 92 calls a second for 80.6 s are 7,420.
    expect(laneIn(size, 'campaign')).toEqual({
      ...{ concurrency: 2, callsPerSecond: 46, batchSize: 719, windowSeconds: 5 },
      ...{ reserveCalls: 7_500, dailyCapCalls: undefined, reduced: '2 × 46/s instead of 13 × 64/s' },
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
