import { type CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { unfitForTest, unfitWhile } from '../../../lambdas/domain/acts/alarms.ts';

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

/** What to do if no alarm of a topic may be tested. Those of a new stack need only time. */
export function fixFor(unfit: ReadonlyMap<string, number>, topicArn: string): string {
  if (unfit.has(unfitWhile.new)) return 'The stack or its alarms are new. Try again in five minutes.';
  if (unfit.has(unfitWhile.on)) return 'Close the alarms that are on, and try again.';
  return `Test its topic alone: aws sns publish --topic-arn ${topicArn} --subject TEST --message "TEST: nothing is wrong"`;
}

const nameOf = ({ AlarmName = '' }: MetricAlarm) => AlarmName;
const periodOf = ({ Period, Metrics = [] }: MetricAlarm) =>
  Period ?? Math.max(60, ...Metrics.map(({ MetricStat }) => MetricStat?.Period ?? 0));
