import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { expiryLane } from '../../lambdas/domain/work/names.ts';
import type { AccountSettings, PipelineSettings } from '../config/config-schema.ts';
import type { Campaigns } from '../constructs/campaigns.ts';
import type { Expiry } from '../constructs/expiry.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import type { Ingress } from '../constructs/ingress.ts';
import type { Lane } from '../constructs/lane.ts';
import type { Operations } from '../constructs/operations.ts';
import type { OutcomeDeliveries } from '../constructs/outcome-deliveries.ts';
import type { OutcomeQueue, PrivateOutcomeQueue } from '../constructs/outcome-queue.ts';
import type { PipelineState } from '../constructs/pipeline-parts.ts';
import type { QrCodes } from '../constructs/qr-codes.ts';

/** Each alarm has a heading in RUNBOOK.md, in this order. */
export const alarmIds = [
  'dead-letters',
  'commands-late',
  'commands-returned',
  'commands-expiring',
  'commands-held',
  'ingress-late',
  'forwarding-failed',
  'account-refused',
  'api-unreachable',
  'link-id-secret-differs',
  'governor-silent',
  'quota-nearly-spent',
  'quota-used',
  'quota-running-out',
  'quota-spent-elsewhere',
  'quota-unknown',
  'lane-parked',
  'lane-paused',
  'backlog-late',
  'calls-failing',
  'rate-limited',
  'commands-rejected',
  'sender-not-allowed',
  'commands-quarantined',
  'qr-failed',
  'function-errors',
  'worker-throttled',
  'replayer-silent',
  'control-record-lost',
  'ledger-throttled',
  'bookkeeping-failed',
  'links-expiring-soon',
  'expiry-intake-late',
  'expiry-backlog-old',
  'campaign-refused',
  'campaign-failing',
  'campaign-sender-silent',
  'campaign-stands-still',
  'campaign-late',
  'campaign-rejected',
  'outcome-dead-letters',
  'outcomes-expiring',
  'outcome-deliveries-failing',
  'http-errors',
  'http-throttled',
  'http-slow',
  'http-authorizer-failing',
  'audit-failing',
  'acts-refused',
] as const;
export type AlarmId = (typeof alarmIds)[number];

/** One alarm. It fires if `metric` is at least the threshold (a heartbeat: below it). */
export interface AlarmLine {
  readonly id: AlarmId;
  /** The lane, queue, function or threshold, if several have this alarm. */
  readonly subject?: string | undefined;
  /**
   * What missing data means. `symptom`: nothing is wrong. `level`: the last measurement still holds. `heartbeat`: the
   * function has stopped.
   */
  readonly kind: 'symptom' | 'level' | 'heartbeat';
  /** `page`: an operator acts now. `ticket`: an operator acts on the next working day. */
  readonly severity: 'page' | 'ticket';
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods that CloudWatch evaluates: at most a day, or a week if a period is an hour or more. */
  readonly periods: number;
  /** How many of the periods must breach the threshold. All of them by default. */
  readonly breaching?: number;
  readonly means: string;
}

const alarm = (severity: AlarmLine['severity']) => (id: AlarmId, subject?: string) => ({
  id,
  subject,
  kind: 'symptom' as const,
  severity,
  periods: 1,
});

/** The start of a page's line, and of a ticket's. A line may replace the kind and the number of periods. */
export const page = alarm('page');
export const ticket = alarm('ticket');

/** The resources that the alarms and the dashboard observe. */
export interface Observed {
  readonly serviceName: string;
  readonly settings: PipelineSettings;
  readonly account: AccountSettings;
  readonly lanes: readonly Lane[];
  readonly qrCodes: QrCodes;
  readonly expiry: Expiry;
  readonly outcomeQueues: readonly OutcomeQueue[];
  readonly privateQueues: readonly PrivateOutcomeQueue[];
  readonly outcomeDeliveries: OutcomeDeliveries | undefined;
  readonly governor: LambdaFunction;
  readonly replayer: LambdaFunction;
  readonly ingress: Ingress | undefined;
  readonly reader: LambdaFunction;
  readonly operations: Pick<Operations, 'function'>;
  readonly http: HttpApi | undefined;
  readonly campaigns: Campaigns;
  readonly ledger: PipelineState['ledger'];
}

/** The names that lanes have in metrics. The expiry worker's is one of them. */
export const laneNames = ({ lanes }: Observed) => [...lanes.map(({ name }) => name), expiryLane];
