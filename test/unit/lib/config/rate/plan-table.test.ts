import { expect, test } from 'vitest';
import { planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import { describe } from '../../../../../lib/config/rate/plan-table.ts';
import { limits, settings, shipped } from '../../../../world/shipped-rates.ts';

test('the plan is printed as a table', () => {
  expect(describe('OneLink-production', limits, planPipeline(limits, shipped), settings)).toBe(
    [
      'OneLink-production: at most 950 of 950 calls/s, 22 of 23 QR calls/s; 815–905 calls/s (86–95 %) under a backlog; reserves 36 Lambda environments',
      '  worker                    C × r       batch        busy utilisation     timeout  visibility',
      '  transactional    4 × (16 + 2)/s          10       0.6 s     71–72 %        30 s       180 s',
      '  campaign              13 × 63/s        1000      15.9 s     87–98 %        60 s       365 s',
      '  QR                     2 × 11/s          46       4.2 s     89–91 %        60 s       361 s',
      '  expiry                  2 × 9/s         500      55.6 s     98–99 %       120 s      1020 s',
      '  reader                 1 × 18/s          72       4.0 s        92 %        30 s           -',
    ].join('\n'),
  );
});
