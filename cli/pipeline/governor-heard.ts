import { type ControlRecord, laneNow } from '../../lambdas/domain/control/control-record.ts';

/** Whether the governor has run of late, by the workers' own measure, whatever it saw. */
export function governorHeard(control: ControlRecord, nowMilliseconds: number): boolean {
  const quota = control.quota ?? { remaining: 0, polledAt: 0, own: 0 };
  return laneNow({ ...control, quota }, {}, '', nowMilliseconds).quotaKnown;
}
