import { type TestedAlarm, unfitForTest } from '../domain/acts/alarms.ts';
import { callerName } from '../domain/acts/record.ts';
import type { Clock } from '../domain/work/clock.ts';
import { ActFailed, type Performers } from './performers.ts';

export interface AlarmPorts {
  alarms: {
    read(name: string): Promise<TestedAlarm | undefined>;
    fire(name: string, reason: string): Promise<void>;
  };
  clock: Pick<Clock, 'wallMilliseconds'>;
}

/** The act on alarms. It fires one that only publishes, and that returns by itself. */
export function alarmActs({ alarms, clock }: AlarmPorts): Pick<Performers, 'alarm-test'> {
  return {
    'alarm-test': async ({ alarm: name }, { by }) => {
      const alarm = await alarms.read(name);
      if (alarm === undefined) throw new ActFailed(`There is no alarm ${name}. Nothing was fired.`);
      const unfit = unfitForTest(alarm);
      if (unfit !== undefined) throw new ActFailed(`${name} cannot be tested: ${unfit}. Nothing was fired.`);
      const firedAt = clock.wallMilliseconds();
      await alarms.fire(name, testReason(callerName(by)));
      const topics = alarm.AlarmActions ?? [];
      return { answer: { firedAt, topics }, effect: { fired: true, topics: topics.length } };
    },
  };
}

/** CloudWatch takes 1,023 characters (SetAlarmState). It is in the mail that people get. */
const testReason = (by: string) =>
  `TEST: nothing is wrong. ${by} tests with "onelink alarm test" whether alarms reach somebody.`.slice(0, 1_023);
