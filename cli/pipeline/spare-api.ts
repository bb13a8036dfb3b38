import { OneLinkClient } from '../../lambdas/adapters/onelink-client.ts';
import { systemClock } from '../../lambdas/runtime/clock.ts';
import { RateLimiter } from '../../lambdas/runtime/rate-limiter.ts';
import { callTimeoutMilliseconds } from '../../lib/config/rate-budget.ts';
import { OperatorError } from '../words/operator-error.ts';
import type { ConfiguredPipeline } from './configured-pipeline.ts';
import type { DeployedPipeline } from './deployed-pipeline.ts';
import type { ChosenPipeline } from './pipeline-choice.ts';
import { spareCallsPerSecond } from './spare-rate.ts';

/** The OneLink API for an operator's free GETs. */
export function apiAtPace(
  { local }: ChosenPipeline,
  { account }: ConfiguredPipeline,
  { apiToken }: DeployedPipeline,
  limits: { callsPerSecond: number; callsInFlight: number; interrupted: AbortSignal },
): OneLinkClient {
  const api = new OneLinkClient(
    {
      API_BASE_URL: local?.oneLinkApi.baseUrl ?? account.apiBaseUrl,
      CALL_TIMEOUT_MILLISECONDS: callTimeoutMilliseconds,
      CALLS_IN_FLIGHT: limits.callsInFlight,
    },
    {
      token: apiToken,
      turns: RateLimiter.atPace(limits.callsPerSecond, systemClock),
      clock: systemClock,
      onCall: () => {},
    },
  );
  api.beginInvocation(() => !limits.interrupted.aborted);
  return api;
}

/**
 * The OneLink API at the rate that the budget leaves over, so its calls slow no lane, and the link-ID secret.
 *
 * @throws OperatorError if one of the pipeline's two secrets cannot be read
 */
export async function openSpareApi(
  chosen: ChosenPipeline,
  configured: ConfiguredPipeline,
  deployed: DeployedPipeline,
  limits: { callsInFlight: number; interrupted: AbortSignal },
) {
  const callsPerSecond = spareCallsPerSecond(chosen.configuration, configured.settings.account);
  const api = apiAtPace(chosen, configured, deployed, { callsPerSecond, ...limits });
  try {
    const [secret] = await Promise.all([deployed.linkIdSecret.value(), deployed.apiToken.value()]);
    return { api, secret, callsPerSecond };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`${words} Your role needs secretsmanager:GetSecretValue on it.`);
  }
}
