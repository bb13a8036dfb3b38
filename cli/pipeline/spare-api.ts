import { OneLinkClient } from '../../lambdas/adapters/onelink-client.ts';
import type { Secret } from '../../lambdas/adapters/secret.ts';
import { systemClock } from '../../lambdas/runtime/clock.ts';
import { RateLimiter } from '../../lambdas/runtime/rate-limiter.ts';
import { callTimeoutMilliseconds } from '../../lib/config/rate-budget.ts';
import type { ConfiguredPipeline } from './configured-pipeline.ts';
import type { LocalRun } from './local-run.ts';

/**
 * The OneLink API for an operator's free GETs.
 *
 * @param limits.callsPerSecond the rate that the budget leaves over (spare-rate.ts), so the calls slow no lane
 */
export function spareApi(
  { account }: Pick<ConfiguredPipeline, 'account'>,
  { local, token }: { local: LocalRun | undefined; token: Secret },
  limits: { callsPerSecond: number; callsInFlight: number; interrupted: AbortSignal },
): OneLinkClient {
  const api = new OneLinkClient(
    {
      API_BASE_URL: local?.oneLinkApi.baseUrl ?? account.apiBaseUrl,
      CALL_TIMEOUT_MILLISECONDS: callTimeoutMilliseconds,
      CALLS_IN_FLIGHT: limits.callsInFlight,
    },
    { token, turns: RateLimiter.atPace(limits.callsPerSecond, systemClock), clock: systemClock, onCall: () => {} },
  );
  api.beginInvocation(() => !limits.interrupted.aborted);
  return api;
}
