import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { AccountSettings, LaneSettings, PipelineSettings } from '../config/config-schema.ts';
import type { LanePlan } from '../config/rate-budget.ts';
import type { PipelineState } from './pipeline-state.ts';
import type { WorkQueue } from './work-queue.ts';
import type { FunctionSurroundings } from './worker-function.ts';

/** One lane's settings and plan, and what all lanes of its pipeline share. */
export interface LaneProps {
  readonly name: string;
  readonly lane: LaneSettings;
  readonly plan: LanePlan;
  readonly settings: PipelineSettings;
  readonly account: AccountSettings;
  readonly state: PipelineState;
  readonly outcomes: Topic;
  readonly surroundings: FunctionSurroundings;
}

/** The props of both workers of a lane. */
export interface LaneWorkerProps extends LaneProps {
  readonly qrJobs: WorkQueue;
  readonly outcomesPerPublish: number;
}
