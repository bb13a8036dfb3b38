import { type ControlRecord, laneNow } from '../../lambdas/domain/control/control-record.ts';

/** Whether the control record is fresh by the workers' own rule, with or without a quota. */
export function isFresh(control: ControlRecord, nowMilliseconds: number): boolean {
  const quota = control.quota ?? { remaining: 0, polledAt: 0, own: 0 };
  return laneNow({ ...control, quota }, {}, '', nowMilliseconds).quotaKnown;
}
