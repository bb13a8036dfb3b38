import { type LaneNow, laneNow } from '../domain/control/control-record.ts';
import { laneMetric } from '../domain/work/names.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/**
 * How the lane stands as a batch begins. Without a usable word of the governor (it is silent, or its record is lost) the worker asks
 * for the quota itself, by a free GET, and says so; if nobody answers that either, it holds back.
 */
export async function laneStanding(settings: LinkWorkerEnvironment, ports: LinkWorkerPorts): Promise<LaneNow> {
  const { control, observer, clock } = ports;
  const reading = await control.read();
  const lane = laneNow(reading.control, reading.signals, settings.LANE, clock.wallMilliseconds());
  if (lane.quotaKnown || lane.state !== 'open') return lane;
  observer.count(laneMetric.controlUnreadable);
  const quota = await ports.quota(settings.APPSFLYER_ACCOUNT_ID);
  observer.warn('no usable word of the governor: the worker has asked for the quota itself', {
    meaning: quota.meaning,
  });
  if (quota.meaning !== 'ok') return { ...lane, state: 'paused', reason: 'api-outage' };
  if (quota.value > settings.QUOTA_RESERVE_CALLS) return lane;
  return { ...lane, state: 'parking', reason: 'quota-reserve-reached' };
}
