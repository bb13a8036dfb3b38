import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';

/** `page`: an operator acts now. `ticket`: an operator acts on the next working day. */
export type AlarmSeverity = 'page' | 'ticket';

/**
 * How urgent an alarm is, by the topic that it publishes to.
 *
 * @returns undefined if it publishes to neither topic of the pipeline, or if one topic is both
 */
export function severityOf(
  { AlarmActions = [] }: Pick<MetricAlarm, 'AlarmActions'>,
  { PageTopicArn, TicketTopicArn }: Readonly<Record<string, string>>,
): AlarmSeverity | undefined {
  if (PageTopicArn === TicketTopicArn) return undefined;
  if (PageTopicArn !== undefined && AlarmActions.includes(PageTopicArn)) return 'page';
  return TicketTopicArn !== undefined && AlarmActions.includes(TicketTopicArn) ? 'ticket' : undefined;
}
