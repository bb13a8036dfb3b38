import type { WeatherPlan } from '../weather/plan.ts';
import type { Clock } from './clock.ts';
import type { Endpoints } from './endpoints.ts';
import type { FunctionState, InvocationResult } from './lambda/function.ts';
import type { KilledEnvironment } from './lambda/functions.ts';
import type { Notice } from './notices.ts';
import type { QueueState } from './storage/queues.ts';
import type { UndeliveredSubscription } from './storage/topics.ts';
import type { AlarmState, AlarmTransition } from './telemetry/alarms.ts';
import type { MetricStore } from './telemetry/metric-store.ts';

export type {
  AlarmState,
  AlarmTransition,
  Clock,
  Endpoints,
  FunctionState,
  InvocationResult,
  KilledEnvironment,
  MetricStore,
  Notice,
  QueueState,
  UndeliveredSubscription,
};

export interface LocalCloudOptions {
  /** What `cdk synth` wrote: `cdk.out`. */
  readonly assemblyDirectory: string;
  /** Names of stacks; default: all of the assembly. */
  readonly stacks?: readonly string[];
  /** For logs and caches; made if it is not there. */
  readonly workDirectory: string;
  /** Values for environment variables that a function has in the template; never added to a function that lacks them. */
  readonly environmentOverrides?: Readonly<Record<string, string>>;
  /** Where functions find a service instead: a proxy of a test's own, which need not be ready before this returns. */
  readonly functionEndpoints?: Partial<Endpoints>;
  /** Values of secrets, by logical ID, construct path, name or description; others are made as the template says. */
  readonly secretValues?: Readonly<Record<string, string>>;
  /** Fire every schedule at the start too; default false: one interval later, as EventBridge does. */
  readonly fireSchedulesAtStart?: boolean;
  /** Default: what the stacks say, else `us-east-1`. */
  readonly region?: string;
  /** Messages of one queue that may be in flight at once; default 120,000, as on SQS. */
  readonly mostInFlight?: number;
  /** A warm environment that is idle for longer is let go; default 600. */
  readonly environmentIdleSeconds?: number;
  /** An older environment is not used again; default 7,200. */
  readonly environmentMaximumAgeSeconds?: number;
  /** How often expired items are deleted from tables with a time to live; default 60, 0 for never. */
  readonly sweepExpiredItemsEverySeconds?: number;
  /**
   * How long an expired item stays in its table, at least: it goes with the first sweep that is so long after its
   * expiry. DynamoDB promises no more than "within a few days". Default 0.
   */
  readonly expiredItemsLingerSeconds?: number;
  /** How often queues are looked at for their metrics; default 5. */
  readonly sampleQueuesEverySeconds?: number;
  /** How long `stop` waits for invocations under way; default 1. */
  readonly stopGraceSeconds?: number;
  /**
   * For schedules, the sweeper, metrics, alarms and logs; default: the wall clock. A `SimulatedClock` shifts engines and
   * functions as well.
   */
  readonly clock?: Clock;
  /** Makes services fail as AWS's may, for functions and mappings; clients outside see none of it. Default: none. */
  readonly weather?: WeatherPlan;
}

export interface LocalCloudEvents {
  notice: [notice: Notice];
  alarm: [transition: AlarmTransition];
  invocation: [invocation: InvocationResult & { readonly function: string }];
  log: [line: { readonly function: string; readonly line: string }];
}

export interface LocalCloud {
  readonly endpoints: Endpoints;
  /** What functions and mappings get: `endpoints` unless there is weather. */
  readonly endpointsInside: Endpoints;
  readonly region: string;
  /** The outputs of each stack, resolved. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What was met in the templates and is not carried out. */
  readonly notices: readonly Notice[];
  readonly metrics: MetricStore;
  /** Subscriptions of topics that get nothing here, such as e-mail addresses. */
  readonly undeliveredSubscriptions: readonly UndeliveredSubscription[];
  /** For the constructor of an AWS SDK client. */
  clientConfig(service: keyof Endpoints): {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** Points AWS's CLI and SDKs here when set in their environment: `AWS_ENDPOINT_URL_SQS` and so on. */
  clientVariables(): Record<string, string>;
  queues(): Promise<QueueState[]>;
  environments(): FunctionState[];
  /** Kills one environment with SIGKILL, one in the middle of an invocation if there is any. */
  killEnvironment(random?: () => number): KilledEnvironment | undefined;
  /** Kills all environments with SIGKILL; returns how many there were. */
  killAllEnvironments(): number;
  alarms(): AlarmState[];
  /** Oldest first. */
  alarmTransitions(): readonly AlarmTransition[];
  /**
   * Invokes a function and waits for its end.
   * @param idNameOrArn its logical ID, name or ARN
   * @param payload anything that JSON can say
   * @throws when there is no such function
   */
  invoke(idNameOrArn: string, payload: unknown): Promise<InvocationResult>;
  /**
   * Sweeps at once, after a sweep that is under way: deletes what expired `expiredItemsLingerSeconds` ago by the clock.
   * When it resolves, the messages of all deletions so far are in the queues that pipes lead to.
   * @returns how many items it deleted
   * @throws when the table engine does not answer, or the local cloud is stopped before
   */
  sweepExpiredItems(): Promise<number>;
  on<E extends keyof LocalCloudEvents>(event: E, listener: (...event: LocalCloudEvents[E]) => void): void;
  /** Stops polling, gives running invocations their grace, and ends every process that was started. */
  stop(): Promise<void>;
}
