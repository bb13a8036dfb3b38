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
import { type Clock, wallClock } from './clock.ts';
import { type Endpoints, endpointVariables, localAccountId, localCredentials, sandboxVariables } from './endpoints.ts';
import { startEngine } from './engines/engine.ts';
import { EventSourceMapping, eventSourceMappingProperties } from './lambda/event-source-mapping.ts';
import { type FunctionState, type InvocationResult, LambdaFunction } from './lambda/function.ts';
import { configureFunction } from './lambda/function-configuration.ts';
import { LambdaApi } from './lambda/lambda-api.ts';
import { QueuePoller } from './lambda/queue-poller.ts';
import { serveRuntimeApi } from './lambda/runtime-api.ts';
import { type Notice, NoticeBoard } from './notices.ts';
import { Schedules } from './schedules/schedules.ts';
import { serveCloudFormation } from './services/cloudformation.ts';
import { createSecrets } from './services/create-secrets.ts';
import { startHttpService } from './services/http-service.ts';
import { SecretsManager } from './services/secrets-manager.ts';
import { createBuckets } from './storage/buckets.ts';
import { sweepExpired } from './storage/expiry-sweeper.ts';
import { countQueues, createQueues, describeQueues, type QueueState } from './storage/queues.ts';
import { createTables } from './storage/tables.ts';
import { createTopics, type UndeliveredSubscription } from './storage/topics.ts';
import { type AlarmState, Alarms, type AlarmTransition } from './telemetry/alarms.ts';
import { recordEmbeddedMetrics } from './telemetry/embedded-metrics.ts';
import { FunctionLogs } from './telemetry/function-logs.ts';
import { MetricStore } from './telemetry/metric-store.ts';
import { ServiceMetrics } from './telemetry/service-metrics.ts';

export interface LocalCloudOptions {
  /** What `cdk synth` wrote: `cdk.out`. */
  readonly assemblyDirectory: string;
  /** Names of stacks; default: all of the assembly. */
  readonly stacks?: readonly string[];
  /** For logs and caches; made if it is not there. */
  readonly workDirectory: string;
  /** Values for environment variables that a function has in the template; never added to a function that lacks them. */
  readonly environmentOverrides?: Readonly<Record<string, string>>;
  /** Values of secrets, by logical ID, construct path, name or description; others are made as the template says. */
  readonly secretValues?: Readonly<Record<string, string>>;
  /** Fire every schedule at the start too; default false: one interval later, as EventBridge does. */
  readonly fireSchedulesAtStart?: boolean;
  /** Default: what the stacks say, else `us-east-1`. */
  readonly region?: string;
  /** Port of Secrets Manager, Lambda and CloudFormation; default 0: any free one. */
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
  /** How often queues are looked at for their metrics; default 5. */
  readonly sampleQueuesEverySeconds?: number;
  /** How long `stop` waits for invocations under way; default 1. */
  readonly stopGraceSeconds?: number;
  /** For schedules, the sweeper, metrics and alarms; default: the wall clock. */
  readonly clock?: Clock;
}

export interface LocalCloudEvents {
  notice: [notice: Notice];
  alarm: [transition: AlarmTransition];
  invocation: [invocation: InvocationResult & { readonly function: string }];
  log: [line: { readonly function: string; readonly line: string }];
}

export interface KilledEnvironment {
  readonly function: string;
  readonly id: string;
  readonly pid: number | undefined;
  /** Whether it was in the middle of an invocation. */
  readonly busy: boolean;
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
  const clock = options.clock ?? wallClock;
  const stacks = await readAssembly(options.assemblyDirectory, options.stacks);
  const region = options.region ?? stacks.find((stack) => stack.region !== undefined)?.region ?? 'us-east-1';
  const logDirectory = path.resolve(options.workDirectory, 'logs');
  await mkdir(logDirectory, { recursive: true });

  const events = new EventEmitter<LocalCloudEvents>();
  const notices = new NoticeBoard((notice) => events.emit('notice', notice));
  const metrics = new MetricStore(clock);
  const serviceMetrics = new ServiceMetrics(metrics);
  const logs = new FunctionLogs(logDirectory, (name, line) => {
    recordEmbeddedMetrics(line, metrics);
    events.emit('log', { function: name, line });
  });

  const closing: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const [http, queueEngine, tableEngine] = await startAll(
      [
        startHttpService(options.port ?? 0),
        startEngine(
          'queue-engine.ts',
          { port: options.queuePort ?? 0, region },
          path.join(logDirectory, 'queue-engine.log'),
        ),
        startEngine(
          'table-engine.ts',
          { port: options.tablePort ?? 0, region },
          path.join(logDirectory, 'table-engine.log'),
        ),
      ],
      closing,
    );
    closing.push(() => logs.close());
    const endpoints: Endpoints = {
      sqs: queueEngine.endpoint,
      sns: queueEngine.endpoint,
      s3: queueEngine.endpoint,
      dynamodb: tableEngine.endpoint,
      secretsManager: http.endpoint,
      lambda: http.endpoint,
      cloudFormation: http.endpoint,
    };
    const deployment = new Deployment(
      stacks,
      { region, accountId: localAccountId, queueEndpoint: queueEngine.endpoint },
      notices,
    );
    noteCoverage(deployment, notices);

    const clientConfig: LocalCloud['clientConfig'] = (service) => ({
      region,
      endpoint: endpoints[service],
      credentials: localCredentials,
    });
    const sqs = new SQSClient(clientConfig('sqs'));
    const sns = new SNSClient(clientConfig('sns'));
    const s3 = new S3Client(clientConfig('s3'));
    const dynamodb = new DynamoDBClient(clientConfig('dynamodb'));
    closing.push(() => {
      for (const client of [sqs, sns, s3, dynamodb]) client.destroy();
    });
    await createQueues(deployment, sqs);
    const [undeliveredSubscriptions, expiringTables] = await Promise.all([
      createTopics(deployment, sns, notices),
      createTables(deployment, dynamodb),
      createBuckets(deployment, s3),
    ]);
    const secretsManager = new SecretsManager(clock);
    createSecrets(deployment, secretsManager, options.secretValues ?? {});

    const functions: LambdaFunction[] = [];
    for (const resource of deployment.resources('AWS::Lambda::Function')) {
      const configuration = await configureFunction(resource, deployment, options.environmentOverrides ?? {});
      functions.push(
        new LambdaFunction(
          configuration,
          {
            runtimeApi: new URL(http.endpoint).host,
            variables: sandboxVariables(configuration, endpoints, region),
            compileCacheDirectory: path.resolve(options.workDirectory, 'compile-cache'),
          },
          {
            idleSeconds: options.environmentIdleSeconds ?? 600,
            maximumAgeSeconds: options.environmentMaximumAgeSeconds ?? 7_200,
          },
          {
            output: (chunk, environmentId) => logs.output(configuration.name, environmentId, chunk),
            invoked: (result, running) => {
              serviceMetrics.invocation(configuration.name, result, running);
              if (result.outcome !== 'succeeded') {
                const why = `${result.outcome}: ${result.errorType}: ${result.errorMessage}`;
                logs.write(configuration.name, `[local cloud] invocation ${result.requestId} ${why}\n`);
              }
              events.emit('invocation', { ...result, function: configuration.name });
            },
          },
        ),
      );
    }
    const environments = () => functions.flatMap((each) => each.environments().map((one) => ({ one, each })));
    closing.push(async () => {
      for (const { one } of environments()) one.kill('Sandbox.Stopped', 'the local cloud has stopped');
      await Promise.all(environments().map(({ one }) => one.exited));
    });

    const mappings = connectMappings(deployment, functions, sqs, notices, (where, error) =>
      logs.write('local-cloud', `${where}: ${String(error).replaceAll('\n', ' ')}\n`),
    );
    const lambdaApi = new LambdaApi(functions, mappings);
    const startedAt = new Date(clock.now());
    http.services = {
      secretsManager: (request) => secretsManager.serve(request),
      lambda: (request) => lambdaApi.serve(request),
      cloudFormation: (request) => serveCloudFormation(request, deployment, startedAt),
      runtimeApi: (request, response, body) =>
        serveRuntimeApi(request, response, body, (id) => environments().find(({ one }) => one.id === id)?.one),
    };

    const trouble = (error: unknown) => logs.write('local-cloud', `${String(error).replaceAll('\n', ' ')}\n`);
    const alarms = new Alarms(
      deployment,
      metrics,
      clock,
      notices,
      (transition) => events.emit('alarm', transition),
      (TopicArn, Subject, Message) => {
        sns.send(new PublishCommand({ TopicArn, Subject: Subject.slice(0, 100), Message })).catch(trouble);
      },
    );
    const schedules = new Schedules(
      deployment,
      clock,
      notices,
      options.fireSchedulesAtStart ?? false,
      (arn, payload) => {
        void lambdaApi.find(arn).invoke(payload);
      },
    );
    const sample = async () => {
      for (const counts of await countQueues(endpoints.sqs)) serviceMetrics.queue(counts);
    };
    const sweep = async () => {
      for (const table of expiringTables) await sweepExpired(table, dynamodb, clock);
    };
    closing.push(
      every(tickMilliseconds, () => {
        schedules.tick();
        alarms.evaluate();
      }),
      every(1_000, () => {
        for (const each of functions) each.recycle();
      }),
      every((options.sampleQueuesEverySeconds ?? 5) * 1000, () => sample().catch(trouble)),
      every((options.sweepExpiredItemsEverySeconds ?? 60) * 1000, () => sweep().catch(trouble)),
    );
    for (const mapping of mappings) mapping.start();
    closing.push(async () => {
      const graceMilliseconds = (options.stopGraceSeconds ?? 1) * 1000;
      const done = Promise.all([...mappings.map((mapping) => mapping.stop()), ...functions.map((each) => each.idle())]);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([done, new Promise((resolve) => (timer = setTimeout(resolve, graceMilliseconds)))]);
      clearTimeout(timer);
    });

    return {
      endpoints,
      region,
      outputs: Object.fromEntries(
        deployment.stackNames.map((name) => [
          name,
          Object.fromEntries(deployment.outputs(name).map(({ key, value }) => [key, value])),
        ]),
      ),
      get notices() {
        return notices.list();
      },
      metrics,
      undeliveredSubscriptions,
      clientConfig,
      clientVariables: () => endpointVariables(endpoints, region),
      queues: async () => describeQueues(deployment, await countQueues(endpoints.sqs)),
      environments: () => functions.map((each) => each.state()),
      killEnvironment: (random = Math.random) => {
        const all = environments();
        const busy = all.filter(({ one }) => one.busy);
        const candidates = busy.length > 0 ? busy : all;
        const chosen = candidates[Math.floor(random() * candidates.length)];
        if (!chosen) return undefined;
        const { one, each } = chosen;
        const killed = { function: each.configuration.name, id: one.id, pid: one.pid, busy: one.busy };
        one.kill('Runtime.ExitError', 'Runtime exited with error: signal: killed');
        return killed;
      },
      killAllEnvironments: () => {
        const all = environments();
        for (const { one } of all) one.kill('Runtime.ExitError', 'Runtime exited with error: signal: killed');
        return all.length;
      },
      alarms: () => alarms.states(),
      alarmTransitions: () => alarms.transitions,
      invoke: async (idNameOrArn, payload) => lambdaApi.find(idNameOrArn).invoke(JSON.stringify(payload) ?? 'null'),
      on: (event, listener) => {
        events.on(event, listener as never);
      },
      stop: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Waits for all to start; each is stopped at the end, also when another did not start. */
async function startAll<T extends readonly Stoppable[]>(
  starting: { [K in keyof T]: Promise<T[K]> },
  closing: (() => void | Promise<void>)[],
): Promise<T> {
  const settled = await Promise.allSettled<Stoppable>(starting as readonly Promise<Stoppable>[]);
  for (const one of settled) if (one.status === 'fulfilled') closing.push(() => one.value.stop());
  return (await Promise.all(starting as readonly Promise<Stoppable>[])) as readonly Stoppable[] as T;
}

function connectMappings(
  deployment: Deployment,
  functions: readonly LambdaFunction[],
  sqs: SQSClient,
  notices: NoticeBoard,
  onTrouble: (where: string, error: unknown) => void,
): EventSourceMapping[] {
  const mappings: EventSourceMapping[] = [];
  for (const resource of deployment.resources('AWS::Lambda::EventSourceMapping')) {
    const where = `${resource.stack}/${resource.logicalId}`;
    const settings = deployment.properties(resource, eventSourceMappingProperties);
    const queue = deployment.find('AWS::SQS::Queue', settings.EventSourceArn);
    const target = functions.find(({ configuration: { name, arn } }) => [name, arn].includes(settings.FunctionName));
    if (!queue || !target) {
      const why = queue ? 'its function is not in these stacks' : 'only queues of these stacks are polled';
      notices.add('warning', resource.type, why, where);
      continue;
    }
    if (settings.ScalingConfig?.MaximumConcurrency === undefined) {
      notices.add('warning', resource.type, 'without a MaximumConcurrency it stays at five batches at once', where);
    }
    const poller = new QueuePoller(sqs, queue.ref);
    const { region } = deployment.place;
    mappings.push(
      new EventSourceMapping({
        resource,
        queue,
        function: target,
        settings,
        poller,
        region,
        onTrouble: (error) => onTrouble(where, error),
      }),
    );
  }
  return mappings;
}

/** Calls again and again, not while the call before goes on; 0 for never. Returns what ends it. */
function every(milliseconds: number, call: () => void | Promise<void>): () => void {
  if (milliseconds === 0) return () => {};
  let running = false;
  const timer = setInterval(async () => {
    if (running) return;
    running = true;
    await call();
    running = false;
  }, milliseconds);
  return () => clearInterval(timer);
}
