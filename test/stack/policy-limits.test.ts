import { describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { ProducerPrincipal, ProducerSettings } from '../../lib/config/config-schema.ts';
import { configuredApp } from './configured-app.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const studios = (number: number, principals: (name: string) => ProducerPrincipal[]): ProducerSettings[] =>
  Array.from({ length: number }, (_, index) => ({
    source: `studio${index}`,
    principals: principals(`studio${index}`),
    lanes: ['campaign'],
    templates: ['A1b3'],
  }));

/** Synthesises the sample with these producers alone. */
function synthesise(producers: ProducerSettings[]): void {
  const { production } = config.stages;
  const [pipeline] = production?.pipelines ?? [];
  if (production === undefined || pipeline === undefined) expect.fail('the sample has no pipeline');
  const stages = { production: { ...production, pipelines: [{ ...pipeline, producers }] } };
  const { app } = configuredApp({ ...config, stages });
  app.synth();
}

describe('the policy of a lane’s queue', () => {
  test('holds the statements of nineteen producers, beside the one that demands TLS', () => {
    expect(() => synthesise(studios(19, (name) => [{ role: role(name) }]))).not.toThrow();
  });

  test('is refused with twenty producers, because SQS takes twenty statements', () => {
    const twenty = studios(20, (name) => [{ role: role(name) }]);
    expect(() => synthesise(twenty)).toThrow(
      /cannot work:\n {2}producers: the policy of OneLink-production\/Pipeline\/Campaign\/Commands\/Queue may have 20 statements at most \(SQS\); got 21\. Give the lane fewer producers/,
    );
  });

  test('is refused with more than fifty principals, of which one is that of the rule for TLS', () => {
    const many = studios(5, (name) => Array.from({ length: 10 }, (_, index) => ({ role: role(`${name}-${index}`) })));
    expect(() => synthesise(many)).toThrow(/50 principals at most \(SQS\); got 51/);
  });

  test('is refused if it is longer than SQS takes', () => {
    const long = 'x'.repeat(400);
    const many = studios(15, (name) => [{ role: role(`${long}/${name}`) }]);
    expect(() => synthesise(many)).toThrow(/8,192 bytes at most \(SQS\); got/);
  });
});

test('the policy of an ingress queue is refused with ten services, because each has a condition', () => {
  const services = (name: string): ProducerPrincipal[] =>
    Array.from({ length: 10 }, (_, index) => ({
      service: 'events.amazonaws.com',
      sourceArn: `arn:aws:events:eu-west-1:111122223333:rule/${name}-${index}`,
    }));
  expect(() => synthesise(studios(1, services))).toThrow(/10 conditions at most \(SQS\); got 11/);
});

test('the policy of the bucket of QR images is refused above 20 KB', () => {
  const long = 'x'.repeat(480);
  const many = studios(18, (name) => [{ role: role(`${long}/${name}`) }, { role: role(`${long}/${name}-2`) }]);
  const lanes = (index: number) => [index % 2 === 0 ? 'campaign' : 'transactional'];
  const spread = many.map((producer, index) => ({ ...producer, lanes: lanes(index) }));
  expect(() => synthesise(spread)).toThrow(/QrImages may have 20,480 bytes at most \(S3\); got/);
});
