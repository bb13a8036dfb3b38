import { describe, expect, test } from 'vitest';
import { deliveryPolicyOf } from '../../../../local/cloud/notifications/delivery-policy.ts';

const delays = (healthyRetryPolicy: object) => deliveryPolicyOf(JSON.stringify({ healthyRetryPolicy })).delaysSeconds;

describe('a delivery policy', () => {
  test('is by default that of SNS: three retries, 20 seconds apart', () => {
    expect(deliveryPolicyOf(undefined)).toEqual({
      delaysSeconds: [20, 20, 20],
      maxReceivesPerSecond: undefined,
      contentType: 'text/plain; charset=UTF-8',
    });
  });

  test('has four phases: at once, shortest, growing, longest', () => {
    const counts = { numRetries: 8, numNoDelayRetries: 1, numMinDelayRetries: 2, numMaxDelayRetries: 2 };
    const bounds = { minDelayTarget: 10, maxDelayTarget: 90 };

    expect(delays({ ...counts, ...bounds, backoffFunction: 'linear' })).toEqual([0, 10, 10, 10, 50, 90, 90, 90]);
    expect(delays({ ...counts, ...bounds, backoffFunction: 'EXPONENTIAL' })).toEqual([0, 10, 10, 10, 30, 90, 90, 90]);
    expect(delays({ numRetries: 1, ...bounds })).toEqual([90]);
  });

  test('reads a throttle and a content type', () => {
    const policy = {
      throttlePolicy: { maxReceivesPerSecond: 5 },
      requestPolicy: { headerContentType: 'application/json' },
    };
    expect(deliveryPolicyOf(JSON.stringify(policy))).toMatchObject({
      maxReceivesPerSecond: 5,
      contentType: 'application/json',
    });
  });

  test.each([
    ['a minimum above the maximum', { minDelayTarget: 21, maxDelayTarget: 20 }],
    ['more phases than retries', { numRetries: 1, numMinDelayRetries: 1, numMaxDelayRetries: 1 }],
    ['more than 100 retries', { numRetries: 101, minDelayTarget: 1, maxDelayTarget: 1 }],
    ['more than an hour', { numRetries: 4, minDelayTarget: 901, maxDelayTarget: 901 }],
    ['an unknown curve', { backoffFunction: 'sudden' }],
  ])('is refused with %s', (_, policy) => {
    expect(() => delays(policy)).toThrow();
  });

  test('may take an hour in all', () => {
    expect(delays({ numRetries: 4, minDelayTarget: 900, maxDelayTarget: 900 })).toEqual([900, 900, 900, 900]);
  });
});
