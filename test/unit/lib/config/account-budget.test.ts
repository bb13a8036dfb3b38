import fc from 'fast-check';
import { expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import type { Configuration } from '../../../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../../../lib/config/config-validation.ts';
import { ConfigurationError } from '../../../../lib/config/configuration-error.ts';
import { budgetOf } from '../../../../lib/config/rate/budget.ts';
import { planPipeline } from '../../../../lib/config/rate/pipeline-plan.ts';

const share = fc.integer({ min: 2, max: 60 }).map((percent) => percent / 100);

/** Two stages on one account with arbitrary shares: some fit, some do not. */
const configurations: fc.Arbitrary<Configuration> = fc
  .record({
    shares: fc.array(share, { minLength: 6, maxLength: 6 }),
    expiryRateShare: fc.constantFrom(0.02, 0.05),
    leftToOthers: fc.constantFrom(0, 0.1, 0.5),
    callsPerSecond: fc.integer({ min: 100, max: 2_000 }),
    qrCallsPerSecond: fc.integer({ min: 20, max: 200 }),
  })
  .map(({ shares, expiryRateShare, ...limits }) => {
    const copy = structuredClone(config);
    const acme = copy.accounts.acme;
    if (acme) Object.assign(acme, limits);
    for (const [stageIndex, stage] of Object.values(copy.stages).entries()) {
      for (const pipeline of stage.pipelines) {
        pipeline.account = 'acme';
        pipeline.expiryRateShare = expiryRateShare;
        const [qrRateShare = 0, ...rateShares] = shares.slice(3 * stageIndex);
        Object.assign(pipeline, { qrRateShare, lanes: structuredClone(pipeline.lanes) });
        for (const [laneIndex, lane] of Object.values(pipeline.lanes).entries()) {
          Object.assign(lane, { rateShare: rateShares[laneIndex], quotaReserveCalls: 750_000 });
        }
      }
    }
    return copy;
  });

test('an accepted configuration never sends above the account’s limits, whatever the backlog', () => {
  let accepted = 0;
  fc.assert(
    fc.property(configurations, (candidate) => {
      try {
        validateConfiguration(candidate);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        return;
      }
      accepted += 1;
      const limits = candidate.accounts.acme ?? expect.fail('no account');
      const pipelines = Object.values(candidate.stages).flatMap((stage) => stage.pipelines);
      const plans = pipelines.map((pipeline) => planPipeline(limits, pipeline));
      const sent = (workers: ({ concurrency: number; callsPerSecond: number } | undefined)[]) =>
        workers.reduce((sum, one) => sum + (one?.concurrency ?? 0) * (one?.callsPerSecond ?? 0), 0);
      const qr = sent(plans.map((plan) => plan.qr));
      const link = sent(plans.flatMap((plan) => plan.plans.map((one) => one.link)));
      const expiry = sent(plans.map((plan) => plan.expiry));
      const reads = sent(plans.map((plan) => plan.reader));
      // Each pipeline has a governor that may send one call in that second.
      expect(link + qr + expiry + reads + pipelines.length).toBeLessThanOrEqual(budgetOf(limits).callsPerSecond);
      expect(qr).toBeLessThanOrEqual(budgetOf(limits).qrCallsPerSecond);
    }),
    { numRuns: 1_500 },
  );
  // Enough of the configurations were accepted to test the property.
  expect(accepted).toBeGreaterThan(10);
});
