import { type CloudWatchClient, DescribeAlarmHistoryCommand } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../../../lambdas/domain/work/clock.ts';

/** Whether CloudWatch has handed an alarm to a topic. */
export type Delivery = { state: 'delivered' } | { state: 'failed'; why: string } | { state: 'unknown'; why: string };

const pollEveryMilliseconds = 2_000;
/** CloudWatch carries an action out within seconds. */
const patienceMilliseconds = 120_000;
/** By how much the clocks of Lambda and CloudWatch may differ. */
const skewMilliseconds = 5_000;

/** Waits until the history of an alarm shows what became of its action. */
export async function deliveryOf(
  cloudWatch: Pick<CloudWatchClient, 'send'>,
  { alarm, topicArn, firedAt }: { alarm: string; topicArn: string; firedAt: number },
  { clock, interrupted }: { clock: Clock; interrupted: AbortSignal },
): Promise<Delivery> {
  const StartDate = new Date(firedAt - skewMilliseconds);
  const until = clock.monotonicMilliseconds() + patienceMilliseconds;
  for (;;) {
    const asked = { AlarmName: alarm, HistoryItemType: 'Action' as const, StartDate };
    const { AlarmHistoryItems = [] } = await cloudWatch.send(new DescribeAlarmHistoryCommand(asked));
    const item = AlarmHistoryItems.find(({ HistorySummary = '' }) => HistorySummary.includes(topicArn));
    if (item?.HistorySummary?.startsWith('Successfully')) return { state: 'delivered' };
    if (item !== undefined) return { state: 'failed', why: item.HistorySummary ?? '' };
    if (interrupted.aborted) return { state: 'unknown', why: 'interrupted before the alarm’s history showed it' };
    if (clock.monotonicMilliseconds() >= until) {
      return { state: 'unknown', why: 'the alarm’s history did not show its action within two minutes' };
    }
    await clock.sleep(pollEveryMilliseconds);
  }
}
