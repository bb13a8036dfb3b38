import type { OutcomeQueue } from '../constructs/outcome-queue.ts';
import { type AlarmLine, type Observed, ticket } from './alarm-line.ts';
import { expiringAfterSeconds, latest } from './metrics.ts';

/** The alarms of one producer's outcome queue. The pipeline has done its work: the producer does not take the results. */
export function outcomeAlarms(
  { subject, queue, deadLetters }: OutcomeQueue,
  { settings: { commandRetentionDays } }: Observed,
): AlarmLine[] {
  return [
    {
      ...ticket('outcome-dead-letters', subject),
      metric: deadLetters.metricApproximateNumberOfMessagesVisible(latest),
      threshold: 1,
      means: 'The producer received outcomes twenty times and did not delete them, or SNS could not deliver them.',
    },
    {
      ...ticket('outcomes-expiring', subject),
      metric: queue.metricApproximateAgeOfOldestMessage(latest),
      threshold: expiringAfterSeconds(commandRetentionDays),
      periods: 5,
      means: `The producer does not receive its outcomes. SQS keeps them for ${commandRetentionDays} days and will soon delete the oldest.`,
    },
  ];
}
