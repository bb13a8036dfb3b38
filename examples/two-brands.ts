import type { Configuration, PipelineSettings } from '../lib/config/config-schema.ts';
import { config as sample } from './configuration.ts';

/**
 * Two brands of one company on one AppsFlyer account: a pipeline each, with its own producers, ledger, alarms and dashboard. They
 * share the account's calls per second by `rateShare`, `qrRateShare`, `expiryRateShare` and `readRateShare`, and the month's quota by
 * `monthlyQuotaShare`.
 */

const [acme] = sample.stages.production?.pipelines ?? [];
if (acme === undefined) throw new Error('examples/configuration.ts has no pipeline in production');
const { crm, studio } = Object.fromEntries(acme.producers.map((one) => [one.source, one]));
const { campaign, transactional } = acme.lanes;
if (crm === undefined || studio === undefined) throw new Error('examples/configuration.ts lacks a producer');
if (campaign === undefined || transactional === undefined) throw new Error('examples/configuration.ts lacks a lane');

/** What both brands have. */
const common: PipelineSettings = { ...acme, qrRateShare: 0.5, readRateShare: 0.02 };

const first: PipelineSettings = {
  ...common,
  name: 'Acme',
  monthlyQuotaShare: 0.6,
  templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } },
  producers: [{ ...crm, templates: ['A1b3'] }],
  lanes: {
    transactional: { ...transactional, rateShare: 0.05 },
    campaign: { ...campaign, rateShare: 0.5, quotaReserveCalls: 450_000 },
  },
};

const second: PipelineSettings = {
  ...common,
  name: 'Globex',
  monthlyQuotaShare: 0.4,
  templates: { abc123: { domain: 'globex.onelink.me', brandDomains: [] } },
  producers: [{ ...studio, templates: ['abc123'] }],
  lanes: { campaign: { ...campaign, rateShare: 0.34, quotaReserveCalls: 300_000 } },
};

const { production } = sample.stages;
if (production === undefined) throw new Error('examples/configuration.ts has no stage production');

export const config: Configuration = {
  accounts: sample.accounts,
  stages: { production: { ...production, pipelines: [first, second] } },
};
