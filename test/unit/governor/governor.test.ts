import { describe, expect, it } from 'vitest';
import type { ApiAnswer, LinkAtApi } from '../../../lambdas/domain/api-answer.ts';
import type { Meaning } from '../../../lambdas/domain/failure-table.ts';
import { governor } from '../../../lambdas/governor/governor.ts';
import { InMemoryLedger } from '../../world/in-memory-ledger.ts';

const failed = (meaning: Exclude<Meaning, 'ok'>) => ({ meaning, fault: { path: '', rule: 'scripted', message: '' } });

function givenGovernor(quota: ApiAnswer<number>, probe: ApiAnswer<LinkAtApi>) {
  const ledger = new InMemoryLedger();
  const metrics: Record<string, number> = {};
  const run = governor(
    {
      API_BASE_URL: 'http://127.0.0.1:1',
      API_TOKEN_SECRET_ARN: 'arn:token',
      APPSFLYER_ACCOUNT_ID: 'acc-demo',
      CALL_TIMEOUT_MILLISECONDS: 10_000,
      MONTHLY_QUOTA_CALLS: 7_500_000,
      LEDGER_TABLE_NAME: 'ledger',
      PROBE_TEMPLATE_ID: 'A1b3',
    },
    {
      api: { quota: async () => quota, read: async () => probe },
      ledger,
      observer: {
        count: (metric, by = 1) => void Object.assign(metrics, { [metric]: by }),
        level: (metric, value) => void Object.assign(metrics, { [metric]: value }),
        milliseconds: () => {},
        info: () => {},
        warn: () => {},
      },
      clock: { wallMilliseconds: () => 1_000, monotonicMilliseconds: () => 0, sleep: async () => {} },
    },
  );
  return { run, metrics, ledger };
}

describe('the governor, each minute', () => {
  it('tells what is left of the quota, in metrics and to the workers', async () => {
    const { run, metrics, ledger } = givenGovernor({ meaning: 'ok', value: 6_000_000 }, failed('absent'));
    await run();
    expect(metrics).toEqual({
      QuotaPolled: 1,
      QuotaRemaining: 6_000_000,
      QuotaUsedPercent: expect.closeTo(20),
      AccountRefused: 0,
      ApiUnreachable: 0,
    });
    expect(ledger.controlRecord).toEqual({ quotaRemaining: 6_000_000, polledAt: 1_000 });
  });

  it('falls silent on the quota when its poll fails: the heartbeat alarm counts on that', async () => {
    const { run, metrics, ledger } = givenGovernor(failed('transient'), failed('transient'));
    await run();
    expect(metrics).toEqual({ AccountRefused: 0, ApiUnreachable: 1 });
    expect(ledger.controlRecord).toBeUndefined();
  });

  it('finds a refused token through the sentinel link, even while the quota is answered', async () => {
    const { run, metrics } = givenGovernor({ meaning: 'ok', value: 7_500_000 }, failed('account-blocked'));
    await run();
    expect(metrics).toMatchObject({ QuotaUsedPercent: 0, AccountRefused: 1, ApiUnreachable: 0 });
  });

  it('does not take the place of a later poll', async () => {
    const { run, ledger } = givenGovernor({ meaning: 'ok', value: 5 }, failed('absent'));
    ledger.controlRecord = { quotaRemaining: 9, polledAt: 2_000 };
    await run();
    expect(ledger.controlRecord.quotaRemaining).toBe(9);
  });
});
