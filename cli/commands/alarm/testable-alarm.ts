import { type CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { unfitForTest } from '../../../lambdas/domain/acts/alarms.ts';

/** What was found of a topic's alarms. */
export interface Testable {
  /** The alarm to test: absent if none may be. */
  name?: string;
  /** Why each of the others may not be, with how many there are. */
  unfit: ReadonlyMap<string, number>;
}

/** Picks an alarm that publishes to a topic: of those that may be tested, the one with the shortest period. */
export async function testableAlarm(
  client: CloudWatchClient,
  { stackName, topicArn }: { stackName: string; topicArn: string },
): Promise<Testable> {
  const unfit = new Map<string, number>();
  const fit: MetricAlarm[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${stackName}-` })) {
    for (const alarm of MetricAlarms.filter(({ AlarmActions = [] }) => AlarmActions.includes(topicArn))) {
      const why = unfitForTest(alarm);
      if (why === undefined) fit.push(alarm);
      else unfit.set(why, (unfit.get(why) ?? 0) + 1);
    }
  }
  const name = fit.toSorted(
    (one, other) => periodOf(one) - periodOf(other) || (nameOf(one) < nameOf(other) ? -1 : 1),
  )[0];
  return { ...(name !== undefined && { name: nameOf(name) }), unfit };
}

const nameOf = ({ AlarmName = '' }: MetricAlarm) => AlarmName;
const periodOf = ({ Period, Metrics = [] }: MetricAlarm) =>
  Period ?? Math.max(60, ...Metrics.map(({ MetricStat }) => MetricStat?.Period ?? 0));
