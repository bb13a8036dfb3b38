import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { StageSettings } from '../config/config-schema.ts';
import { accountAlarms } from './account-alarms.ts';
import { actAlarms } from './act-alarms.ts';
import type { AlarmLine, Observed } from './alarm-line.ts';
import { campaignAlarms } from './campaign-alarms.ts';
import { deliveryAlarms, httpAlarms } from './http-alarms.ts';
import { laneAlarms } from './lane-alarms.ts';
import { outcomeAlarms } from './outcome-alarms.ts';
import { platformAlarms } from './platform-alarms.ts';
import type { Runbook } from './runbook.ts';
import { qrAlarms } from './worker-alarms.ts';

export interface AlarmSetProps extends Observed {
  readonly topics: StageSettings['alarms'];
  readonly runbook: Runbook;
  /** Encrypts the topics that the stack makes. */
  readonly key: IKey | undefined;
}

const missing: Record<AlarmLine['kind'], TreatMissingData> = {
  symptom: TreatMissingData.NOT_BREACHING,
  level: TreatMissingData.IGNORE,
  heartbeat: TreatMissingData.BREACHING,
};

/**
 * The alarms of one pipeline's lanes, of the AppsFlyer account, and of the AWS resources: one CloudWatch alarm for each line.
 * An alarm notifies its topic when it fires and when it closes.
 */
export class AlarmSet extends Construct {
  readonly page: ITopic;
  readonly ticket: ITopic;
  readonly alarms: readonly IAlarm[];
  /** Each alarm's line, and its name. */
  readonly lines: readonly { readonly line: AlarmLine; readonly name: string }[];

  constructor(scope: Construct, id: string, props: AlarmSetProps) {
    super(scope, id);
    const { pageTopicArn, ticketTopicArn } = props.topics;
    this.page = this.topic('Page', pageTopicArn, props);
    this.ticket = this.topic('Ticket', ticketTopicArn, props);
    const ofOutcomes = [...props.outcomeQueues, ...props.privateQueues].flatMap((queue) => outcomeAlarms(queue, props));
    const ofLanes = [...props.lanes.flatMap((lane) => laneAlarms(lane, props)), ...qrAlarms(props)];
    const ofPlatform = [...accountAlarms(props), ...platformAlarms(props), ...campaignAlarms(props)];
    const ofCallers = [...ofOutcomes, ...deliveryAlarms(props), ...httpAlarms(props), ...actAlarms(props)];
    this.lines = [...ofLanes, ...ofPlatform, ...ofCallers].map((line) => ({
      line,
      name: `${props.serviceName}-${partsOf(line).join('-')}`,
    }));
    this.alarms = this.lines.map(({ line, name }) => {
      const alarm = new Alarm(this, partsOf(line).join('-'), {
        alarmName: name,
        alarmDescription: descriptionOf(line, props.runbook),
        metric: line.metric,
        threshold: line.threshold,
        evaluationPeriods: line.periods,
        datapointsToAlarm: line.breaching ?? line.periods,
        comparisonOperator:
          line.kind === 'heartbeat'
            ? ComparisonOperator.LESS_THAN_THRESHOLD
            : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: missing[line.kind],
      });
      const action = new SnsAction(line.severity === 'page' ? this.page : this.ticket);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }

  private topic(id: string, arn: string | undefined, { key, topics: { email } }: AlarmSetProps): ITopic {
    if (arn !== undefined) return Topic.fromTopicArn(this, id, arn);
    // Without a key not encrypted at rest: CloudWatch cannot publish with the AWS managed key of SNS, and an alarm holds nothing
    // confidential.
    const topic = new Topic(this, id, { enforceSSL: true, ...(key && { masterKey: key }) });
    // A policy of its own replaces the topic's default policy, which allows the account's alarms to publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}

const partsOf = ({ subject, id }: AlarmLine) => [...(subject === undefined ? [] : [subject]), id];

/** An alarm's description: what the alarm means, and where the runbook describes the fix. */
function descriptionOf({ id, subject, means }: AlarmLine, runbook: Runbook): string {
  return `${subject === undefined ? '' : `${subject}: `}${means} ${runbook.addressOf(id)}`;
}
