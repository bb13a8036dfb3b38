import { Duration } from 'aws-cdk-lib';
import { AlarmState, AlarmStatusWidget, Dashboard, type IAlarm, PeriodOverride } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Observed } from '../alarm-line.ts';
import { pipelineMetrics } from '../metrics.ts';
import { laneSection } from './lane-section.ts';
import { expirySection, governorSection, ledgerSection } from './platform-section.ts';
import { quotaSection, rateSection } from './quota-section.ts';
import { fullWidth, type Shown } from './widgets.ts';

export interface PipelineDashboardProps extends Observed {
  readonly alarms: readonly IAlarm[];
  readonly runbookUrl?: string;
}

/**
 * What is wrong now, then the quota, the rate, each lane, and what carries them. CloudWatch keeps points of a minute for 15
 * days, of five minutes for 63 and of an hour for 455: what reaches back for months is drawn by the day.
 *
 * Not by cdk-monitoring-constructs: it has no gauge, no time range of a graph's own, and no right axis without an alarm. The same
 * screen would be more code.
 */
export class PipelineDashboard extends Construct {
  constructor(scope: Construct, id: string, { alarms, ...props }: PipelineDashboardProps) {
    super(scope, id);
    const shown: Shown = { ...props, metrics: pipelineMetrics(props.serviceName) };
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.serviceName,
      defaultInterval: Duration.hours(3),
      // Otherwise CloudWatch fits every graph's period to the time range, and a day is no day any more.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [
          new AlarmStatusWidget({
            title: 'What is wrong now',
            alarms: [...alarms],
            states: [AlarmState.ALARM],
            width: fullWidth,
            height: 3,
          }),
        ],
        ...quotaSection(shown),
        ...rateSection(shown),
        ...shown.lanes.flatMap((lane) => laneSection(lane, shown)),
        ...ledgerSection(shown),
        ...expirySection(shown),
        ...governorSection(shown),
      ],
    });
  }
}
