import { EventEmitter } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { noteCoverage } from './assembly/coverage.ts';
import { Deployment } from './assembly/deployment.ts';
import { readAssembly } from './assembly/read-assembly.ts';
import { type Clock, SimulatedClock, wallClock } from './clock.ts';
import { type Endpoints, endpointVariables, localAccountId, localCredentials, sandboxVariables } from './endpoints.ts';
import { startEngine } from './engines/engine.ts';
import { connectMappings } from './lambda/event-source-mappings.ts';
import type { FunctionState, InvocationResult } from './lambda/function.ts';
import { Functions, type KilledEnvironment } from './lambda/functions.ts';
import { LambdaApi } from './lambda/lambda-api.ts';
import { serveRuntimeApi } from './lambda/runtime-api.ts';
import { type Notice, NoticeBoard } from './notices.ts';
import { connectPipes } from './pipes/pipes.ts';
import { Schedules } from './schedules/schedules.ts';
import { serveCloudFormation } from './services/cloudformation.ts';
import { createSecrets } from './services/create-secrets.ts';
import { startHttpService } from './services/http-service.ts';
import { SecretsManager } from './services/secrets-manager.ts';
import { Shutdown } from './shutdown.ts';
import { createBuckets } from './storage/buckets.ts';
import { ExpirySweeper } from './storage/expiry-sweeper.ts';
import { countQueues, createQueues, describeQueues, type QueueState } from './storage/queues.ts';
import { createTables } from './storage/tables.ts';
import { createTopics, type UndeliveredSubscription } from './storage/topics.ts';
import { type AlarmState, Alarms, type AlarmTransition } from './telemetry/alarms.ts';
import { CloudWatchApi } from './telemetry/cloudwatch-api.ts';
import { recordEmbeddedMetrics } from './telemetry/embedded-metrics.ts';
import { FunctionLogs } from './telemetry/function-logs.ts';
import { LogsApi } from './telemetry/logs-api.ts';
import { MetricStore } from './telemetry/metric-store.ts';
import { ServiceMetrics } from './telemetry/service-metrics.ts';

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
export { SimulatedClock };

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
  /** Port of Secrets Manager, Lambda, CloudFormation and CloudWatch; default 0: any free one. */
  readonly port?: number;
  /** Port of SQS, SNS and S3; default 0. */
  readonly queuePort?: number;
  /** Port of DynamoDB; default 0. */
  readonly tablePort?: number;
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
}

export interface LocalCloudEvents {
  notice: [notice: Notice];
  alarm: [transition: AlarmTransition];
  invocation: [invocation: InvocationResult & { readonly function: string }];
  log: [line: { readonly function: string; readonly line: string }];
}

export interface LocalCloud {
  readonly endpoints: Endpoints;
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

/** How often schedules and alarms look at the clock. */
const tickMilliseconds = 250;

/**
 * Brings up what the templates of a synthesised assembly declare, on this machine.
 * @throws when the assembly cannot be read, or declares something that cannot be brought up as it stands
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const shutdown = new Shutdown();
  try {
    return await bringUp(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function bringUp(options: LocalCloudOptions, shutdown: Shutdown): Promise<LocalCloud> {
  const clock = options.clock ?? wallClock;
  const simulated = clock instanceof SimulatedClock ? clock : undefined;
  const stacks = await readAssembly(options.assemblyDirectory, options.stacks);
  const region = options.region ?? stacks.find((stack) => stack.region !== undefined)?.region ?? 'us-east-1';
  const workDirectory = path.resolve(options.workDirectory);
  const logDirectory = path.join(workDirectory, 'logs');
  await mkdir(logDirectory, { recursive: true });

  const events = new EventEmitter<LocalCloudEvents>();
  const notices = new NoticeBoard((notice) => events.emit('notice', notice));
  const metrics = new MetricStore(clock);
  const serviceMetrics = new ServiceMetrics(metrics);
  const logs = new FunctionLogs(logDirectory, clock, (name, line) => {
    recordEmbeddedMetrics(line, metrics);
    events.emit('log', { function: name, line });
  });
  const onTrouble = (error: unknown) => logs.write('local-cloud', `${String(error).replaceAll('\n', ' ')}\n`);
  shutdown.add(() => logs.close());

  const engine = async (program: 'queue-engine' | 'table-engine', port = 0) => {
    const logFile = path.join(logDirectory, `${program}.log`);
    const onLost = (why: string) => notices.add('warning', program, why);
    const started = await shutdown.whenStarted(startEngine(`${program}.ts`, { port, region }, logFile, onLost));
    if (simulated) await started.shiftClock(simulated.offsetMilliseconds);
    return started;
  };
  const [http, queueEngine, tableEngine] = await Promise.all([
    shutdown.whenStarted(startHttpService(options.port ?? 0)),
    engine('queue-engine', options.queuePort),
    engine('table-engine', options.tablePort),
  ]);
  const endpoints: Endpoints = {
    sqs: queueEngine.endpoint,
    sns: queueEngine.endpoint,
    s3: queueEngine.endpoint,
    dynamodb: tableEngine.endpoint,
    secretsManager: http.endpoint,
    lambda: http.endpoint,
    cloudFormation: http.endpoint,
    cloudWatch: http.endpoint,
    cloudWatchLogs: http.endpoint,
  };
  const clientConfig = (service: keyof Endpoints) => ({
    region,
    endpoint: endpoints[service],
    credentials: localCredentials,
  });
  const sqs = new SQSClient(clientConfig('sqs'));
  const sns = new SNSClient(clientConfig('sns'));
  const s3 = new S3Client(clientConfig('s3'));
  const dynamodb = new DynamoDBClient(clientConfig('dynamodb'));
  shutdown.add(() => {
    for (const client of [sqs, sns, s3, dynamodb]) client.destroy();
  });

  const place = { region, accountId: localAccountId, queueEndpoint: queueEngine.endpoint };
  const deployment = new Deployment(stacks, place, notices);
  noteCoverage(deployment, notices);
  // Queues first: a subscription is to a queue that exists.
  await createQueues(deployment, sqs);
  const [undeliveredSubscriptions, expiringTables] = await Promise.all([
    createTopics(deployment, sns, notices),
    createTables(deployment, dynamodb),
    createBuckets(deployment, s3),
  ]);
  const secretsManager = new SecretsManager(clock);
  createSecrets(deployment, secretsManager, options.secretValues ?? {});

  const functions = await Functions.of(deployment, {
    runtimeApi: new URL(http.endpoint).host,
    compileCacheDirectory: path.join(workDirectory, 'compile-cache'),
    clockOffsetMilliseconds: () => simulated?.offsetMilliseconds,
    recycling: {
      idleSeconds: options.environmentIdleSeconds ?? 600,
      maximumAgeSeconds: options.environmentMaximumAgeSeconds ?? 7_200,
    },
    environmentOverrides: options.environmentOverrides ?? {},
    variables: (configuration) =>
      sandboxVariables(configuration, { ...endpoints, ...options.functionEndpoints }, region),
    onOutput: (name, environmentId, chunk) => logs.output(name, environmentId, chunk),
    onInvoked: (name, result, running) => {
      serviceMetrics.invocation(name, result, running);
      const { requestId, outcome, errorType, errorMessage } = result;
      if (outcome !== 'succeeded') {
        logs.write(name, `[local cloud] invocation ${requestId} ${outcome}: ${errorType}: ${errorMessage}\n`);
      }
      events.emit('invocation', { ...result, function: name });
    },
  });
  shutdown.add(() => functions.stop());
  // Before the environments end, so that nobody can ask for another.
  shutdown.add(() => http.stop());
  const stopping = new AbortController();
  const pipes = connectPipes(deployment, notices, { sqs, clock, stopping: stopping.signal, onTrouble });
  const sweeper = new ExpirySweeper({
    tables: expiringTables,
    dynamodb,
    region,
    clock,
    lingerSeconds: options.expiredItemsLingerSeconds ?? 0,
    stopping: stopping.signal,
    onRecord: (record) => {
      for (const pipe of pipes) if (pipe.sourceArn === record.eventSourceARN) pipe.take(record);
    },
  });
  const delivered = () => Promise.all(pipes.map((pipe) => pipe.delivered()));
  shutdown.addWithin(1_000, async () => {
    stopping.abort();
    await sweeper.idle();
    await delivered().catch(onTrouble);
  });
  const mappings = connectMappings(deployment, functions, sqs, clock, notices, onTrouble);
  const lambdaApi = new LambdaApi(functions, mappings);
  const alarms = new Alarms(deployment, metrics, clock, notices, {
    changed: (transition) => events.emit('alarm', transition),
    notify: (TopicArn, Subject, Message) => {
      sns.send(new PublishCommand({ TopicArn, Subject, Message })).catch(onTrouble);
    },
  });
  const cloudWatchApi = new CloudWatchApi(alarms, metrics);
  const logsApi = new LogsApi(functions, logs);
  const startedAt = new Date(clock.now());
  http.services = {
    json: {
      secretsmanager: (action, input) => secretsManager.operate(action, input as object),
      GraniteServiceVersion20100801: (action, input) => cloudWatchApi.operate(action, input),
      Logs_20140328: (action, input) => logsApi.operate(action, input),
    },
    lambda: (request) => lambdaApi.serve(request),
    cloudFormation: (request) => serveCloudFormation(request, deployment, startedAt),
    runtimeApi: (request, response, body) =>
      serveRuntimeApi(request, response, body, (id) => functions.environment(id)),
  };

  const schedules = new Schedules(deployment, clock, notices, options.fireSchedulesAtStart ?? false, (arn, payload) => {
    void functions.find(arn)?.invoke(payload);
  });
  const tick = () => {
    schedules.tick();
    alarms.evaluate();
  };
  shutdown.every(tickMilliseconds, tick);
  if (simulated) {
    const leap = async (offsetMilliseconds: number) => {
      functions.shiftClock(offsetMilliseconds);
      await Promise.all([queueEngine, tableEngine].map((each) => each.shiftClock(offsetMilliseconds)));
      tick();
    };
    shutdown.add(simulated.follow(leap));
    // It may have leapt while the engines came up.
    await simulated.advance(0);
  }
  shutdown.every(1_000, () => functions.recycle());
  shutdown.every((options.sampleQueuesEverySeconds ?? 5) * 1_000, async () => {
    for (const counts of await countQueues(endpoints.sqs).catch(() => [])) serviceMetrics.queue(counts);
  });
  shutdown.every((options.sweepExpiredItemsEverySeconds ?? 60) * 1_000, async () => {
    await sweeper.sweep().catch(onTrouble);
  });
  for (const mapping of mappings) mapping.start();
  shutdown.addWithin((options.stopGraceSeconds ?? 1) * 1_000, async () => {
    await Promise.all(mappings.map((mapping) => mapping.stop()));
    await functions.idle();
  });

  const outputs = deployment.stackNames.map((name) => [
    name,
    Object.fromEntries(deployment.outputs(name).map(({ key, value }) => [key, value])),
  ]);
  return {
    endpoints,
    region,
    outputs: Object.fromEntries(outputs),
    get notices() {
      return notices.list();
    },
    metrics,
    undeliveredSubscriptions,
    clientConfig,
    clientVariables: () => endpointVariables(endpoints, region),
    queues: async () => describeQueues(deployment, await countQueues(endpoints.sqs)),
    environments: () => functions.states(),
    killEnvironment: (random = Math.random) => functions.killOne(random),
    killAllEnvironments: () => functions.killAll(),
    alarms: () => alarms.states(),
    alarmTransitions: () => alarms.transitions,
    invoke: async (idNameOrArn, payload) => {
      const target = functions.find(idNameOrArn);
      if (!target) throw new Error(`no function has the logical ID, name or ARN ${idNameOrArn}`);
      return target.invoke(JSON.stringify(payload) ?? 'null');
    },
    sweepExpiredItems: async () => {
      const deleted = await sweeper.sweep();
      await delivered();
      return deleted;
    },
    on: (event, listener) => {
      events.on(event, listener as never);
    },
    stop: () => shutdown.run(),
  };
}
