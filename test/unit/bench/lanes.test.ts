import { expect, test } from 'vitest';
import { billedMilliseconds } from '../../../cli/cost/measured-use.ts';
import { configuredPlan, utilisationAt } from '../../bench/world/lanes.ts';

const plans = [
  configuredPlan('campaign', 'LinkWorker'),
  configuredPlan('campaign', 'QrWorker'),
  configuredPlan('transactional', 'LinkWorker'),
];

test('at the latency that lib assumes, the utilisation is the one that lib works out', () => {
  for (const plan of plans) expect(utilisationAt(plan, 0.2)).toBeCloseTo(plan.utilisation, 12);
});

test('a slower API leaves less of the pace', () => {
  for (const plan of plans) expect(utilisationAt(plan, 1)).toBeLessThan(utilisationAt(plan, 0.02));
});

test('Lambda bills a slot’s whole cycle: 1,000 links in 15.5 s', () => {
  expect(billedMilliseconds(configuredPlan('campaign', 'LinkWorker'))).toBeCloseTo(15.47, 2);
});
