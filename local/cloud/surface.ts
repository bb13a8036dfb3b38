import type { WeatherPlan } from '../weather/plan.ts';
import type { JudgedCall } from './access/authorizer.ts';
import type { Callers } from './access/caller.ts';
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
  Callers,
  Clock,
  Endpoints,
  FunctionState,
  InvocationResult,
  JudgedCall,
  KilledEnvironment,
  MetricStore,
  Notice,
  QueueState,
  UndeliveredSubscription,
};

export interface LocalCloudOptions {
  /** The output of `cdk synth`: `cdk.out`. */
  readonly assemblyDirectory: string;
  /** Names of stacks; default: all of the assembly. */
  readonly stacks?: readonly string[];
  /** For logs and caches. It is created if it does not exist. */
  readonly workDirectory: string;
  /** Replaces values of environment variables. A function whose template lacks the variable does not get it. */
  readonly environmentOverrides?: Readonly<Record<string, string>>;
  /**
   * Replaces the endpoints of services for functions, with a test's own proxy. It need not listen before this returns.
   */
  readonly functionEndpoints?: Partial<Endpoints>;
  /** Values of secrets, by logical ID, construct path, name or description. The template decides the others. */
  readonly secretValues?: Readonly<Record<string, string>>;
  /** Fires every schedule at the start too. Default false: first after one interval, as EventBridge does. */
  readonly fireSchedulesAtStart?: boolean;
  /** Default: the region of the stacks, else `us-east-1`. */
  readonly region?: string;
  /** The maximum number of messages of one queue in flight. Default 120,000, as on SQS. */
  readonly mostInFlight?: number;
  /** A warm environment ends after it has been idle for this long. Default 600. */
  readonly environmentIdleSeconds?: number;
  /** An older environment gets no more invocations. Default 7,200. */
  readonly environmentMaximumAgeSeconds?: number;
  /** The interval at which expired items are deleted from tables with a time to live. Default 60; 0: never. */
  readonly sweepExpiredItemsEverySeconds?: number;
  /**
   * The minimum time that an expired item stays in its table. The first sweep after that time deletes the item.
   * DynamoDB promises no more than "within a few days". Default 0.
   */
  readonly expiredItemsLingerSeconds?: number;
  /** The interval at which the metrics of queues are measured. Default 5. */
  readonly sampleQueuesEverySeconds?: number;
  /** The time that `stop` waits for running invocations. Default 1. */
  readonly stopGraceSeconds?: number;
  /**
   * For schedules, the sweeper, metrics, alarms and logs; default: the wall clock. A `SimulatedClock` shifts engines
   * and functions as well.
   */
  readonly clock?: Clock;
  /** Callers beside the functions and the operator, by access key ID: the producers of a configuration. */
  readonly callers?: Callers;
  /** Degrades services as AWS may, for functions and mappings. Clients outside see none of it. Default: none. */
  readonly weather?: WeatherPlan;
}

export interface LocalCloudEvents {
  notice: [notice: Notice];
  /** A call that the policies do not permit, once. */
  refused: [call: JudgedCall];
  alarm: [transition: AlarmTransition];
  invocation: [invocation: InvocationResult & { readonly function: string }];
  log: [line: { readonly function: string; readonly line: string }];
}

export interface LocalCloud {
  readonly endpoints: Endpoints;
  /** The endpoints of functions and mappings: `endpoints` unless there is weather. */
  readonly endpointsInside: Endpoints;
  readonly region: string;
  /** The outputs of each stack, resolved. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the templates have and the local cloud does not implement. */
  readonly notices: readonly Notice[];
  readonly metrics: MetricStore;
  /** Subscriptions of topics without a delivery here, such as e-mail addresses. */
  readonly undeliveredSubscriptions: readonly UndeliveredSubscription[];
  /**
   * For the constructor of an AWS SDK client.
   * @param accessKeyId of one of the callers. Default: the operator's
   */
  clientConfig(
    service: keyof Endpoints,
    accessKeyId?: string,
  ): {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** Variables that point AWS's CLI and SDKs here: `AWS_ENDPOINT_URL_SQS` and so on. */
  clientVariables(): Record<string, string>;
  queues(): Promise<QueueState[]>;
  environments(): FunctionState[];
  /** Kills one environment with SIGKILL. It prefers one in the middle of an invocation. */
  killEnvironment(random?: () => number): KilledEnvironment | undefined;
  /** Kills all environments with SIGKILL. Returns their number. */
  killAllEnvironments(): number;
  alarms(): AlarmState[];
  /** Every call of an action on a resource so far, once, and whether the policies permit it. */
  calls(): readonly JudgedCall[];
  /** Oldest first. */
  alarmTransitions(): readonly AlarmTransition[];
  /**
   * Invokes a function and waits for its end.
   * @param idNameOrArn its logical ID, name or ARN
   * @param payload any JSON value
   * @throws if there is no such function
   */
  invoke(idNameOrArn: string, payload: unknown): Promise<InvocationResult>;
  /**
   * Sweeps at once, after a running sweep: deletes the items that expired `expiredItemsLingerSeconds` ago by the clock.
   * When the promise resolves, the functions behind the tables' streams have handled all deletions so far.
   * @returns the number of deleted items
   * @throws if the table engine does not answer, or the local cloud stops first
   */
  sweepExpiredItems(): Promise<number>;
  on<E extends keyof LocalCloudEvents>(event: E, listener: (...event: LocalCloudEvents[E]) => void): void;
  /** Stops polling, waits for running invocations for their grace time, and ends every process that was started. */
  stop(): Promise<void>;
}
