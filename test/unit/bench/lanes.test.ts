import { expect, test } from 'vitest';
import { billedMilliseconds } from '../../../cli/cost/measured-use.ts';
import { configuredPlan, configuredQrPlan, utilisationAt } from '../../bench/world/lanes.ts';

const plans = [configuredPlan('campaign'), configuredPlan('transactional'), configuredQrPlan()];

test('the utilisation equals that of lib at the latency that lib assumes', () => {
  for (const plan of plans) expect(utilisationAt(plan, 0.2)).toBeCloseTo(plan.utilisation, 12);
});

test('a slower API lowers the utilisation', () => {
  for (const plan of plans) expect(utilisationAt(plan, 1)).toBeLessThan(utilisationAt(plan, 0.02));
});

test('Lambda bills the whole cycle of an environment: 1,000 links in 15.9 s', () => {
  expect(billedMilliseconds(configuredPlan('campaign'))).toBeCloseTo(15.94, 2);
});
