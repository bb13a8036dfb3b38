import type { ApiAnswer, LinkAtApi } from '../domain/api-answer.ts';
import type { Clock } from '../domain/clock.ts';
import type { ControlRecord } from '../domain/ledger-record.ts';
import type { LinkAddress } from '../domain/link-id.ts';
import type { Observer } from '../domain/observer.ts';
import { governorMetric } from '../names.ts';
import type { GovernorEnvironment } from './env.ts';

export interface GovernorPorts {
  api: {
    quota(accountId: string): Promise<ApiAnswer<number>>;
    read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
  };
  ledger: { setControl(record: ControlRecord): Promise<boolean> };
  observer: Observer;
  clock: Clock;
}

/** The link that the health probe asks for. It need not exist. */
const sentinelId = 'onelink-pipeline-sentinel';

/**
 * The governor, run every minute: asks for the quota, tells the workers what is left, and probes whether the API answers
 * and takes the token. The quota's own endpoint answers without looking at the token, so that a free GET of a sentinel
 * link has to tell: 404 is the healthy answer.
 */
export function governor(settings: GovernorEnvironment, { api, ledger, observer, clock }: GovernorPorts) {
  return async (): Promise<void> => {
    const polledAt = clock.wallMilliseconds();
    const quota = await api.quota(settings.APPSFLYER_ACCOUNT_ID);
    if (quota.meaning === 'ok') {
      const usedPercent = 100 * (1 - quota.value / settings.MONTHLY_QUOTA_CALLS);
      observer.count(governorMetric.quotaPolled);
      observer.level(governorMetric.quotaRemaining, quota.value, 'Count');
      observer.level(governorMetric.quotaUsedPercent, Math.max(0, usedPercent), 'Percent');
      // A poll that was started earlier but arrives later tells the workers nothing new.
      const told = await ledger.setControl({ quotaRemaining: quota.value, polledAt });
      observer.info(told ? 'quota polled' : 'quota polled, but a later poll was there first', { count: quota.value });
    } else {
      observer.warn('the quota poll was not answered', { meaning: quota.meaning });
    }

    const probe = await api.read({ onelinkId: settings.PROBE_TEMPLATE_ID, shortlinkId: sentinelId });
    const refused = probe.meaning === 'account-blocked';
    const reached = refused || ['ok', 'absent', 'permanent'].includes(probe.meaning);
    observer.level(governorMetric.accountRefused, refused ? 1 : 0, 'Count');
    observer.level(governorMetric.apiUnreachable, reached ? 0 : 1, 'Count');
    if (refused || !reached) observer.warn('the health probe failed', { meaning: probe.meaning });
  };
}
