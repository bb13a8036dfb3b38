import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { ProducerPrincipal, ProducerSettings } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { emptyApp } from './configured-app.ts';

/** The fault of the sample with so many producers of twelve letters, on these lanes in turn. */
function faultOf(count: number, lanes: string[], principals: (index: number) => ProducerPrincipal[]): string {
  const { production } = config.stages;
  const [pipeline] = production?.pipelines ?? [];
  if (production === undefined || pipeline === undefined) expect.fail('the sample has no pipeline');
  const producers = Array.from(
    { length: count },
    (_, index): ProducerSettings => ({
      source: `producer-${String(index).padStart(3, '0')}`,
      principals: principals(index),
      lanes: [lanes[index % lanes.length] ?? ''],
      templates: ['A1b3'],
    }),
  );
  const stages = { production: { ...production, pipelines: [{ ...pipeline, producers }] } };
  try {
    addStage(emptyApp(), validateConfiguration({ ...config, stages }), 'production');
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.join('\n');
  }
}

const account = (index: number): ProducerPrincipal[] => [{ account: String(100_000_000_000 + index) }];

/** As many roles for a producer. */
const roles =
  (count: number) =>
  (index: number): ProducerPrincipal[] =>
    Array.from({ length: count }, (_, place) => ({
      role: `arn:aws:iam::111122223333:role/p${index}-${place}`,
      senderId: `AROAEXAMPLE${String(index * 10 + place).padStart(10, '0')}`,
    }));

describe('the producers of a pipeline', () => {
  test('may have fifteen ingress queues, all together', () => {
    expect(faultOf(15, ['campaign'], account)).toBe('');
    expect(faultOf(16, ['campaign'], account)).toMatch(
      /^producers: the environment of OneLink-production\/Pipeline\/Ingress must be at most 4,096 bytes \(Lambda\); got 4,287, of which INGRESS_QUEUES .* Give fewer producers an account or a service/,
    );
  });

  test('may be nineteen with roles on one lane, and twenty-eight on two', () => {
    expect(faultOf(19, ['campaign'], roles(1))).toBe('');
    expect(faultOf(20, ['campaign'], roles(1))).toMatch(
      /^producers: the policy of OneLink-production\/Pipeline\/Campaign\/Commands\/Queue may have 20 statements at most \(SQS\); got 21\. /,
    );
    expect(faultOf(28, ['campaign', 'transactional'], roles(1))).toBe('');
    expect(faultOf(30, ['campaign', 'transactional'], roles(1))).toMatch(/LinkWorker must be at most 4,096 bytes/);
  });

  test('with too many senders exceed the environment of a worker or of the replayer', () => {
    const fault = faultOf(38, ['campaign', 'transactional'], roles(4));
    expect(fault).toMatch(
      /^producers: the environment of OneLink-production\/Pipeline\/\w+(\/LinkWorker)? must be at most 4,096 bytes \(Lambda\); got [\d,]+, of which SENDERS [\d,]+, .* Name fewer or shorter `producers`, or fewer principals with a `senderId`/,
    );
  });
});
