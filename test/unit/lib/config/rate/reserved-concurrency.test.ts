import { describe, expect, test } from 'vitest';
import { planPipeline } from '../../../../../lib/config/rate/pipeline-plan.ts';
import { reservedConcurrency } from '../../../../../lib/config/rate/reserved-concurrency.ts';
import { limits, producer, settings, shipped } from '../../../../world/shipped-rates.ts';

describe('the shipped pipeline', () => {
  const plan = planPipeline(limits, shipped);

  test('reserves 36 environments', () => {
    expect(reservedConcurrency(plan, settings)).toBe(36);
  });

  test.each([
    ['20 of the HTTP API and 20 of its authorizer', {}, 76],
    ['20 of the HTTP API, which has no keys', { keys: false, iam: true }, 56],
  ])('reserves more if a producer uses the HTTP API: %s', (_, http, reserved) => {
    const producers = [producer('product'), { ...producer('crm'), http }];
    expect(reservedConcurrency(plan, { ...settings, producers })).toBe(reserved);
  });
});
