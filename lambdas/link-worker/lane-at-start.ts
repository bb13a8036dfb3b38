import { type LaneNow, laneNow } from '../domain/control/control-record.ts';
import { laneMetric } from '../domain/work/names.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/**
 * The lane's state at the start of a batch. If the control record is stale or missing, the worker polls the quota
 * itself, with a free GET, and counts it. If that poll fails too, the worker treats the lane as paused.
 */
export async function laneAtStart(settings: LinkWorkerEnvironment, ports: LinkWorkerPorts): Promise<LaneNow> {
  const { control, observer, clock } = ports;
  const reading = await control.read();
  const lane = laneNow(reading.control, reading.signals, settings.LANE, clock.wallMilliseconds());
  if (lane.quotaKnown || lane.state !== 'open') return lane;
  observer.count(laneMetric.controlUnreadable);
  const quota = await ports.quota(settings.APPSFLYER_ACCOUNT_ID);
  observer.warn('the control record is stale or missing: the worker has polled the quota itself', {
    meaning: quota.meaning,
  });
  if (quota.meaning !== 'ok') return { ...lane, state: 'paused', reason: 'api-outage' };
  if (quota.value > settings.QUOTA_RESERVE_CALLS) return lane;
  return { ...lane, state: 'parking', reason: 'quota-reserve-reached' };
}
