import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { laneMetric } from '../../../lambdas/domain/work/names.ts';
import type { OutcomesNow } from '../contract/overview.ts';
import { readMetrics } from './metric-readings.ts';
import { sum } from './rate-now.ts';

/** The outcomes that the page counts, by the metric of each. */
const kinds = [
  ['created', laneMetric.linkCreated],
  ['updated', laneMetric.linkUpdated],
  ['deleted', laneMetric.linkDeleted],
  ['adopted', laneMetric.linkAdopted],
  ['migrated', laneMetric.linkMigrated],
  ['qr-stored', laneMetric.qrStored],
  ['expired', laneMetric.linkExpired],
  ['renewed', laneMetric.linkRenewed],
  ['parked', laneMetric.commandParked],
  ['held', laneMetric.commandHeld],
  ['rejected', laneMetric.commandRejected],
  ['conflict', laneMetric.commandConflicted],
  ['stale', laneMetric.commandStale],
  ['superseded', laneMetric.commandSuperseded],
  ['qr-failed', laneMetric.qrFailed],
] as const;

const [hour, day] = [3_600_000, 86_400_000];

/** What became of the commands of the last 24 hours. */
export async function outcomesNow(
  client: Pick<CloudWatchClient, 'send'>,
  service: string,
  lanes: readonly string[],
  nowMilliseconds: number,
): Promise<OutcomesNow> {
  const metrics = kinds.flatMap(([, name]) => lanes.map((lane) => ({ name, lane })));
  // CloudWatch counts whole periods only.
  const from = nowMilliseconds - day - ((nowMilliseconds - day) % hour);
  const read = await readMetrics(client, service, metrics, { from, to: nowMilliseconds, periodSeconds: 3_600 });
  return {
    from,
    at: nowMilliseconds,
    kinds: kinds.map(([kind], index) => {
      const ofKind = read.slice(index * lanes.length, (index + 1) * lanes.length);
      return { kind, count: sum(ofKind.flat()) };
    }),
  };
}
