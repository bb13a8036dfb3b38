import type { WeatherPlan } from '../weather/plan.ts';
import type { JudgedCall } from './access/authorizer.ts';
import type { Callers } from './access/caller.ts';
import type { Clock } from './clock.ts';
import type { Endpoints } from './endpoints.ts';
import type { InvocationResult } from './lambda/function.ts';
import type { Notice } from './notices.ts';
import type { AlarmTransition } from './telemetry/alarms.ts';

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
  /** Shortens the batch windows of queues' mappings to so many seconds, for people and tests that wait. Default: none. */
  readonly longestWindowSeconds?: number;
  /** The maximum number of messages of one queue in flight. Default 120,000, as on SQS. */
  readonly mostInFlight?: number;
  /**
   * The port on this machine that stands for the receivers of HTTPS subscriptions on other machines. Requests keep their
   * path, and come over plain HTTP. Without it, such a subscription gets nothing. Receivers on this machine need no port.
   */
  readonly receiverPort?: number | undefined;
  /** How long a receiver may take for its answer. Default 15, as at SNS. */
  readonly receiverTimeoutSeconds?: number;
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
  /**
   * A client of a REST API may pause for this long within a request. Then its connection is closed. Default 30.
   */
  readonly apiIdleSeconds?: number;
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
  readonly weather?: WeatherPlan | undefined;
}

export interface LocalCloudEvents {
  notice: [notice: Notice];
  alarm: [transition: AlarmTransition];
  invocation: [invocation: InvocationResult & { readonly function: string }];
  /** A call that the policies do not permit, once. */
  refused: [call: JudgedCall];
  log: [line: { readonly function: string; readonly line: string }];
}
