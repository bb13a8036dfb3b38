import { expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import { httpRulesOf } from '../../../../lib/config/http-rules.ts';

test.each([
  ['reject', undefined, []],
  ['reject', 'derive', ['transactional']],
  ['derive', undefined, ['campaign', 'transactional']],
  ['derive', 'reject', ['campaign']],
] as const)('the HTTP API knows which lanes derive IDs: %s, and of one lane %s', (conflictPolicy, ofLane, expected) => {
  const settings = config.stages.production?.pipelines[0] ?? expect.fail('the sample has a pipeline');
  const { campaign, transactional } = settings.lanes;
  if (campaign === undefined || transactional === undefined) throw new Error('the sample has two lanes');
  const lanes = { campaign, transactional: { ...transactional, ...(ofLane && { conflictPolicy: ofLane }) } };
  expect(httpRulesOf({ ...settings, conflictPolicy, lanes }).derivingLanes).toEqual(expected);
});
