import {
  GraphWidget,
  type GraphWidgetProps,
  type HorizontalAnnotation,
  type IMetric,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { type Operation, operations } from '../../../lambdas/domain/onelink/operation.ts';
import type { WorkQueue } from '../../constructs/work-queue.ts';
import type { AlarmId, Observed } from '../alarm-line.ts';
import { byOperation, expression, latest, oneMinute, type pipelineMetrics } from '../metrics.ts';
import type { Runbook } from '../runbook.ts';

/** The props of a section of the dashboard. */
export interface Shown extends Observed {
  readonly metrics: ReturnType<typeof pipelineMetrics>;
  readonly runbook: Runbook;
}

/** CloudWatch's grid has 24 columns: three graphs, or four small ones, in a row. */
const third = 8;
export const fullWidth = 24;

/** The heading of a section: its title, and the runbook's entries on its alarms. */
export function heading(title: string, ids: readonly AlarmId[], { runbook }: Shown, text = ''): IWidget[] {
  const links = ids.map((id) => runbook.linkTo(id));
  const markdown = [`## ${title}`, ...(text === '' ? [] : [text]), `What to do: ${links.join(' · ')}`].join('\n\n');
  return [new TextWidget({ markdown, width: fullWidth, height: text === '' ? 2 : 3 })];
}

/** A graph of a third of the width. Its axes start at zero, and the right axis has other units. */
export function graph(title: string, left: IMetric[], rest: GraphWidgetProps = {}): IWidget {
  const right = rest.right && { rightYAxis: { min: 0 } };
  return new GraphWidget({ title, left, leftYAxis: { min: 0 }, ...right, width: third, height: 6, ...rest });
}

export const waiting = ({ queue }: Pick<WorkQueue, 'queue'>) =>
  queue.metricApproximateNumberOfMessagesVisible({ ...latest, label: 'waiting' });
export const oldest = ({ queue }: Pick<WorkQueue, 'queue'>) =>
  queue.metricApproximateAgeOfOldestMessage({ ...latest, label: 'oldest (s)' });
export const dead = ({ deadLetters }: Pick<WorkQueue, 'deadLetters'>) =>
  deadLetters.metricApproximateNumberOfMessagesVisible({ ...latest, label: 'dead letters' });

/** A horizontal line at a limit. */
export const line = (value: number, label: string): HorizontalAnnotation => ({ value, label });

/** The operations of a lane. The QR worker gets the images, and only the governor and the reader call the quota's endpoint. */
export const linkOperations = operations.filter((operation) => operation !== 'quota' && operation !== 'qr');

/** API calls per second of one lane, the mean of each minute. */
export function callsPerSecond(
  label: string,
  lane: string,
  made: readonly Operation[],
  { metrics }: Pick<Shown, 'metrics'>,
): IMetric {
  const calls = byOperation(lane, made, (one) => metrics.calls(lane, one, oneMinute));
  return expression(label, `${calls.sum} / 60`, calls.metrics, oneMinute);
}
