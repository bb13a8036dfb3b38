import type { LinkSpec } from '../domain/contract/link-spec.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Verdict } from './health.ts';

export interface ProbedApi {
  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
  create(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>>;
}

/** The link that the probes speak of. It need not exist, and cannot: its ID has dashes, and a canary's data no `pid`. */
const sentinelId = 'onelink-pipeline-sentinel';

/**
 * A look at the API, by a free GET of a sentinel link: 404 is the healthy answer. The poll of the quota does not tell. Its
 * documents demand the token and list no answer to a wrong one, so nothing here relies on what it does with it.
 *
 * While the lanes are paused, that is not enough: POSTs may fail where GETs are answered, and whether the feature is on
 * shows in POSTs alone. So a canary goes first: a POST that the API must refuse as invalid (400). It costs no link, no
 * message a receive, and at most one call of quota, once a minute, while nothing else is spent.
 */
export async function probe(api: ProbedApi, onelinkId: string, withCanary: boolean): Promise<Verdict> {
  const sentinel = { onelinkId, shortlinkId: sentinelId };
  const seen = verdictOf(await api.read(sentinel));
  if (seen !== 'good' || !withCanary) return seen;
  const canary = () => api.create(sentinel, { data: {} });
  const answer = await canary();
  // A kept connection that was reset says nothing about the API, and the canary may be sent twice.
  return verdictOf(answer.meaning !== 'ok' && answer.onReusedSocket ? await canary() : answer);
}

function verdictOf(answer: ApiAnswer<unknown>): Verdict {
  if (answer.meaning === 'account-blocked') {
    return answer.fault.rule.endsWith('feature-not-enabled') ? 'feature-off' : 'token-refused';
  }
  // Refused as wrong, taken, above the rate or out of quota: the API is there, and knows us.
  return answer.meaning === 'transient' || answer.meaning === 'ambiguous' ? 'api-outage' : 'good';
}
