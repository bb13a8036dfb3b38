import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import type { ApiAnswer } from '../domain/onelink/api-answer.ts';
import type { ApiHealth } from './health.ts';

/** The link that the probes name. It cannot exist: its ID contains dashes, and the canary's data has no `pid`. */
const sentinelId = 'onelink-pipeline-sentinel';

/**
 * Probes the API with a free GET of a sentinel link. The healthy answer is 404. The quota poll cannot replace this
 * probe: its documentation requires the token but lists no answer to a wrong one.
 *
 * While the lanes are paused, a GET is not enough. POSTs may fail while GETs succeed, and only a POST shows whether the
 * feature is on. So the probe then sends a canary: a POST that the API must refuse as invalid (400). It makes no link
 * and receives no message. It costs at most one call of quota a minute, while the lanes spend none.
 */
export async function probe(
  api: Pick<OneLinkApi, 'read' | 'create'>,
  onelinkId: string,
  withCanary: boolean,
): Promise<ApiHealth> {
  const sentinel = { onelinkId, shortlinkId: sentinelId };
  const seen = healthIn(await api.read(sentinel));
  if (seen !== 'good' || !withCanary) return seen;
  const canary = () => api.create(sentinel, { data: {} });
  const answer = await canary();
  // A reset of a reused connection proves nothing about the API, and the canary is safe to send twice.
  return healthIn(answer.meaning !== 'ok' && answer.onReusedSocket ? await canary() : answer);
}

function healthIn(answer: ApiAnswer<unknown>): ApiHealth {
  if (answer.meaning === 'account-blocked') {
    return answer.fault.rule.endsWith('feature-not-enabled') ? 'feature-off' : 'token-refused';
  }
  // If the API refuses a call as invalid, taken, above the rate or out of quota, it is reachable and accepts the token.
  return answer.meaning === 'transient' || answer.meaning === 'ambiguous' ? 'api-outage' : 'good';
}
