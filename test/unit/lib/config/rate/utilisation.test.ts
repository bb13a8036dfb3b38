import { describe, expect, test } from 'vitest';
import { planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import { urgentQrSeconds } from '../../../../../lib/config/rate/utilisation.ts';
import { limits, shipped } from '../../../../world/shipped-rates.ts';

describe('the shipped pipeline', () => {
  const plan = planPipeline(limits, shipped);

  test('gives the campaign lane a high utilisation and the transactional lane short batches', () => {
    const [transactional, campaign] = plan.plans;
    // 1000/63 = 15.87 s of 15.87 + 0.02 + 0.2 + 0.1; 10/16 = 0.63 s of 9/16 + 0.2 + 0.1
    expect(campaign?.link.utilisation).toBeCloseTo(0.98, 3);
    expect(transactional?.link.utilisation).toBeCloseTo(0.725, 3);
    expect(transactional?.link.busySeconds).toBeLessThan(0.65);
  });

  test('reaches less if a mapping fills a batch only for a free environment: 100 receives of 20 ms for the campaign lane', () => {
    const [transactional, campaign] = plan.plans;
    // 1000/63 = 15.87 s of 15.87 + 0.02 + 0.2 + 0.1 + 2 s
    expect(campaign?.link.leastUtilisation).toBeCloseTo(0.8727, 4);
    expect(transactional?.link.leastUtilisation).toBeCloseTo(0.708, 3);
  });

  test('lets an urgent QR code wait for ten seconds at most, behind a campaign’s', () => {
    // Twice 46/11 + 1/11 + 0.2 + 0.1 s, and the window
    expect(plan.qr && urgentQrSeconds(plan.qr)).toBeCloseTo(10.15, 2);
  });
});
