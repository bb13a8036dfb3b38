import { expect, test } from 'vitest';
import { severityOf } from '../../../../cli/pipeline/alarm-severity.ts';

const topics = {
  PageTopicArn: 'arn:aws:sns:eu-west-1:111122223333:page',
  TicketTopicArn: 'arn:aws:sns:eu-west-1:111122223333:ticket',
};

test.each([
  ['page', [topics.PageTopicArn]],
  ['ticket', [topics.TicketTopicArn]],
  [undefined, ['arn:aws:sns:eu-west-1:111122223333:other']],
  [undefined, undefined],
])('an alarm is a %s by the topic that it publishes to', (severity, AlarmActions) => {
  expect(severityOf({ AlarmActions }, topics)).toBe(severity);
});

test('one topic for pages and tickets shows no severity', () => {
  const one = { PageTopicArn: topics.PageTopicArn, TicketTopicArn: topics.PageTopicArn };
  expect(severityOf({ AlarmActions: [topics.PageTopicArn] }, one)).toBeUndefined();
});
