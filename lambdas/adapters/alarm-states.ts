import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { TestedAlarm } from '../domain/acts/alarms.ts';

/** With a client of its own, which only this file's bundle has. */
export const alarmStates = () => new AlarmStates(new CloudWatchClient());

/** The alarms of the pipeline, as CloudWatch has them. */
export class AlarmStates {
  readonly #cloudWatch: Pick<CloudWatchClient, 'send'>;

  constructor(cloudWatch: Pick<CloudWatchClient, 'send'>) {
    this.#cloudWatch = cloudWatch;
  }

  /** @returns undefined if there is no such alarm */
  async read(name: string): Promise<TestedAlarm | undefined> {
    const { MetricAlarms = [] } = await this.#cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return MetricAlarms[0];
  }

  /** Sets the state ALARM until the next evaluation. CloudWatch carries out the alarm's actions. */
  async fire(name: string, reason: string): Promise<void> {
    const fired = { AlarmName: name, StateValue: 'ALARM' as const, StateReason: reason };
    await this.#cloudWatch.send(new SetAlarmStateCommand(fired));
  }
}
