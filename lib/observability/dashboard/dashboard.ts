import { Duration } from 'aws-cdk-lib';
import { AlarmState, AlarmStatusWidget, Dashboard, type IAlarm, PeriodOverride } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Observed } from '../alarm-line.ts';
import { pipelineMetrics } from '../metrics.ts';
import type { Runbook } from '../runbook.ts';
import { actsSection } from './acts-section.ts';
import { campaignSection } from './campaign-section.ts';
import { deliveriesSection, httpSection } from './http-section.ts';
import { laneSection } from './lane-section.ts';
import { expirySection, governorSection, ledgerSection, outcomesSection } from './platform-section.ts';
import { qrSection } from './qr-section.ts';
import { quotaSection, rateSection } from './quota-section.ts';
import { fullWidth, type Shown } from './widgets.ts';

export interface PipelineDashboardProps extends Observed {
  readonly alarms: readonly IAlarm[];
  readonly runbook: Runbook;
}

/**
 * The firing alarms, then the quota, the rate, each lane, and the AWS resources. CloudWatch keeps points of a minute for 15
 * days, of five minutes for 63 and of an hour for 455. So graphs over months have a point for each day.
 *
 * cdk-monitoring-constructs would need more code for this screen. It has no gauge, no time range for a single graph, and no
 * right axis without an alarm.
 */
export class PipelineDashboard extends Construct {
  constructor(scope: Construct, id: string, { alarms, ...props }: PipelineDashboardProps) {
    super(scope, id);
    const shown: Shown = { ...props, metrics: pipelineMetrics(props.serviceName) };
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.serviceName,
      defaultInterval: Duration.hours(3),
      // Otherwise CloudWatch would fit each graph's period to the time range, and daily points would not be days.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [
          new AlarmStatusWidget({
            title: 'Alarms that fire now',
            alarms: [...alarms],
            states: [AlarmState.ALARM],
            width: fullWidth,
            height: 3,
          }),
        ],
        ...quotaSection(shown),
        ...rateSection(shown),
        ...shown.lanes.flatMap((lane) => laneSection(lane, shown)),
        ...qrSection(shown),
        ...ledgerSection(shown),
        ...expirySection(shown),
        ...campaignSection(shown),
        ...outcomesSection(shown),
        ...deliveriesSection(shown),
        ...httpSection(shown),
        ...governorSection(shown),
        ...actsSection(shown),
      ],
    });
  }
}
