import { expect, test } from 'vitest';
import { billedMilliseconds } from '../../../cli/cost/measured-use.ts';
import { utilisationAt } from '../../../lib/config/rate/utilisation.ts';
import { configuredPlan, configuredQrPlan } from '../../bench/world/lanes.ts';

const plans = [configuredPlan('campaign'), configuredPlan('transactional'), configuredQrPlan()];

test('a slower API lowers the utilisation', () => {
  for (const plan of plans) expect(utilisationAt(plan, 1)).toBeLessThan(utilisationAt(plan, 0.02));
});

test('Lambda bills the whole cycle of an environment: 1,000 links in 16.2 s', () => {
  expect(billedMilliseconds(configuredPlan('campaign'))).toBeCloseTo(16.19, 2);
});
