import { accountAlarms } from './account-alarms.ts';
import type { AlarmLine, Observed } from './alarm-line.ts';
import { laneAlarms } from './lane-alarms.ts';
import { platformAlarms } from './platform-alarms.ts';

/** All alarms of one pipeline: those of its lanes, of the AppsFlyer account, and of the AWS resources. */
export function alarmsOf(observed: Observed): AlarmLine[] {
  return [
    ...observed.lanes.flatMap((lane) => laneAlarms(lane, observed)),
    ...accountAlarms(observed),
    ...platformAlarms(observed),
  ];
}
