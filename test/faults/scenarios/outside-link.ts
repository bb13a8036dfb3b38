import { encodeReserved } from '../../../lambdas/domain/contract/query-text.ts';
import type { Dialect } from '../../../lambdas/domain/onelink/dialect.ts';
import { dataOf } from '../wire/api-writes.ts';
import type { FaultyPipeline } from '../world/faulty-pipeline.ts';

export type OutsideLink = Parameters<FaultyPipeline['api']['preload']>[0][number];

interface Takeover {
  action: 'adopt' | 'migrate';
  requestId: string;
}

/** The data of a link after the command that took it over. It names the command. */
export function dataTakenOver({ action, requestId }: Takeover): Record<string, string> {
  return action === 'adopt' ? dataOf(requestId) : { ...dataOf(requestId), deep_link_value: 'offers/1184' };
}

/**
 * A link from outside the pipeline, for a command that takes it over. A migrate finds a link of version 1.0, whose data is
 * percent-encoded. So a GET shows whether its PUT took effect.
 *
 * @param dialect the version of the API that the pipeline speaks
 */
export function outsideLink(
  { action, onelinkId, shortlinkId, requestId }: Takeover & { onelinkId: string; shortlinkId: string },
  dialect: Dialect,
): OutsideLink {
  const data = Object.entries(dataTakenOver({ action, requestId }));
  if (action === 'adopt') return { onelinkId, shortlinkId, data: Object.fromEntries(data), api: dialect };
  const encoded = data.map(([name, value]) => [name, encodeReserved(value)]);
  return { onelinkId, shortlinkId, data: Object.fromEntries(encoded), api: 'v1.0' };
}
