import type { WeatherPlan } from '../plan.ts';
import type { Treatment } from './exchange.ts';

/** Mild weather forwards the retries of an SDK unchanged. The AWS SDKs number their attempts in a header. */
export function calmOnRepeats(plan: WeatherPlan, treat: Treatment): Treatment {
  if (plan.strength === 'storm') return treat;
  return (request, forward) => {
    const attempt = /attempt=(\d+)/.exec(String(request.headers['amz-sdk-request']))?.[1] ?? '1';
    return attempt === '1' ? treat(request, forward) : forward();
  };
}
