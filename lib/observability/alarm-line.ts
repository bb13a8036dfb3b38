import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AccountSettings, PipelineSettings } from '../config/config-schema.ts';
import type { Expiry } from '../constructs/expiry.ts';
import type { Governor } from '../constructs/governor.ts';
import type { Lane } from '../constructs/lane.ts';
import type { PipelineState } from '../constructs/pipeline-state.ts';
import type { Replayer } from '../constructs/replayer.ts';

/** Each has a heading of its own in RUNBOOK.md, in this order. */
export const alarmIds = [
  'dead-letters',
  'commands-late',
  'commands-returned',
  'commands-expiring',
  'account-refused',
  'api-unreachable',
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
] as const;
export type AlarmId = (typeof alarmIds)[number];

/** One alarm. It fires when `metric` is at least (or, for a heartbeat, below) the threshold. */
export interface AlarmLine {
  readonly id: AlarmId;
  /** The lane, queue, function or threshold, where there are several. */
  readonly subject?: string;
  /**
   * What it means when nothing is measured. A `symptom`: all is well. A `level`: it is as it was when it was last measured. A
   * `heartbeat`: it has stopped.
   */
  readonly kind: 'symptom' | 'level' | 'heartbeat';
  /** `page`: somebody gets up. `ticket`: somebody looks on the next working day. */
  readonly severity: 'page' | 'ticket';
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods of the metric that are looked at. CloudWatch looks back a day at most, a week where they are hours. */
  readonly periods: number;
  /** How many of them must breach the threshold; all of them, unless said. */
  readonly breaching?: number;
  readonly means: string;
}

/** What there is to watch. */
export interface Observed {
  readonly serviceName: string;
  readonly settings: PipelineSettings;
  readonly account: AccountSettings;
  readonly lanes: readonly Lane[];
  readonly expiry: Expiry;
  readonly governor: Governor;
  readonly replayer: Replayer;
  readonly ledger: PipelineState['ledger'];
}

/** Where RUNBOOK.md lies, unless the stage says where it can be read. */
const runbookInRepository = 'lib/observability/RUNBOOK.md';

/** Where the runbook speaks of an alarm. */
export const runbookEntry = (id: AlarmId, runbookUrl = runbookInRepository) => `${runbookUrl}#${id}`;
