import type { AccountLimits } from '../../lib/config/rate/budget.ts';
import type { PipelineDemand } from '../../lib/config/rate/pipeline-plan.ts';

/** The limits, shares and producers of the shipped configuration, as literal values. */
export const limits: AccountLimits = { callsPerSecond: 1_000, qrCallsPerSecond: 25, headroom: 0.95, leftToOthers: 0 };
export const shipped: PipelineDemand = {
  lanes: {
    transactional: { rateShare: 0.076, batchSize: 10, windowSeconds: 0 },
    campaign: { rateShare: 0.863, batchSize: 1_000, windowSeconds: 5 },
  },
  qrRateShare: 1,
  expiryRateShare: 0.02,
  readRateShare: 0.019,
};
export const producer = (source: string) => ({ source, principals: [], lanes: ['campaign'], templates: ['A1b3'] });
export const settings = { producers: [producer('crm')], http: { concurrency: 20 } };
