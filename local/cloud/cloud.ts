import { EventEmitter } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startFronts } from '../weather/fronts.ts';
import { laterUnlessOver } from '../weather/later.ts';
import { lateMetrics } from '../weather/metrics.ts';
import { firings } from '../weather/schedules.ts';
import { Authorizer } from './access/authorizer.ts';
import { accessKeyOf, callersOf } from './access/callers.ts';
import { accessPath, type EngineAccessSettings } from './access/engine-access.ts';
import { decisionsPath, OwnServicesAccess } from './access/own-services.ts';
import { resourcePolicies } from './access/policies.ts';
import { policyCallers } from './access/policy-callers.ts';
import { ServiceCalls } from './access/service-calls.ts';
import { openHttpApis } from './api-gateway/http-apis.ts';
import { noteCoverage } from './assembly/coverage.ts';
import { Deployment } from './assembly/deployment.ts';
import { readAssembly } from './assembly/read-assembly.ts';
import { SimulatedClock, wallClock } from './clock.ts';
import {
  type Endpoints,
  endpointVariables,
  localAccountId,
  localCredentials,
  sandboxVariables,
  secretKeyOf,
} from './endpoints.ts';
import { startEngine } from './engines/engine.ts';
import { connectMappings } from './lambda/event-source-mappings.ts';
import { Functions } from './lambda/functions.ts';
import { lambdaApi } from './lambda/lambda-api.ts';
import { serveRuntimeApi } from './lambda/runtime-api.ts';
import { NoticeBoard } from './notices.ts';
import type { LocalCloudEvents, LocalCloudOptions } from './options.ts';
import { startSchedules } from './schedules/schedules.ts';
import { automation } from './services/automation/automation.ts';
import { serveCloudFormation } from './services/cloudformation.ts';
import { startHttpService } from './services/http-service.ts';
import { secretsManager } from './services/secrets-manager.ts';
import { serveSts } from './services/sts.ts';
import { Shutdown } from './shutdown.ts';
import { createBuckets } from './storage/buckets.ts';
import { ExpirySweeper } from './storage/expiry-sweeper.ts';
import { countQueues, createQueues, describeQueues } from './storage/queues.ts';
import { createTables } from './storage/tables.ts';
import { countTopics, createTopics } from './storage/topics.ts';
import { Alarms } from './telemetry/alarms.ts';
import { cloudWatchApi } from './telemetry/cloudwatch-api.ts';
import { recordEmbeddedMetrics } from './telemetry/embedded-metrics.ts';
import { accessLogFile, FunctionLogs } from './telemetry/function-logs.ts';
import { logsApi } from './telemetry/logs-api.ts';
import { MetricStore } from './telemetry/metric-store.ts';
import { serviceMetrics } from './telemetry/service-metrics.ts';

export type { JudgedCall } from './access/authorizer.ts';
export type * from './options.ts';
export { SimulatedClock };

/** The interval at which schedules and alarms check the clock. */
const tickMilliseconds = 250;

/** CloudWatch's words, which its history of the alarm shows. */
const notAuthorized = (topicArn: string) =>
  `CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: ${topicArn}`;

/** Windows cannot stop a process and resume it. */
const canFreeze = process.platform !== 'win32';

/**
 * Starts the resources of a synthesised assembly on this machine.
 * @throws if the assembly is unreadable, or declares a resource that cannot start
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

async function bringUp(options: LocalCloudOptions, shutdown: Shutdown) {
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
  const { weather } = options;
  const recorded = weather ? lateMetrics(weather, metrics, laterUnlessOver) : metrics;
  const measured = serviceMetrics(recorded);
  const logs = new FunctionLogs(logDirectory, clock, (name, line) => {
    recordEmbeddedMetrics(line, recorded);
    events.emit('log', { function: name, line });
  });
  const onError = (error: unknown) => logs.write('local-cloud', `${String(error).replaceAll('\n', ' ')}\n`);
  shutdown.add(() => logs.close());

  const engine = async (program: 'queue-engine' | 'table-engine') => {
    const logFile = path.join(logDirectory, `${program}.log`);
    const onLost = (why: string) => notices.add('warning', program, why);
    const mostInFlight = options.mostInFlight ?? 120_000;
    const { receiverTimeoutSeconds, receiverPort } = options;
    const settings = {
      region,
      mostInFlight,
      ...(receiverTimeoutSeconds !== undefined && { receiverTimeoutSeconds }),
      ...(receiverPort !== undefined && { receiverPort }),
    };
    const started = await shutdown.whenStarted(startEngine(`${program}.ts`, settings, logFile, onLost));
    if (simulated) await started.shiftClock(simulated.offsetMilliseconds);
    return started;
  };
  const [http, queueEngine, tableEngine] = await Promise.all([
    shutdown.whenStarted(startHttpService()),
    engine('queue-engine'),
    engine('table-engine'),
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
    sts: http.endpoint,
    ssm: http.endpoint,
  };
  const fronts = weather && (await shutdown.whenStarted(startFronts(weather, endpoints)));
  /** The endpoints of functions and mappings: the proxies of the weather, if any, in front of the engines. */
  const inside: Endpoints = { ...endpoints, ...fronts?.endpoints };
  const clientConfig = (service: keyof Endpoints, accessKeyId = localCredentials.accessKeyId) => ({
    region,
    endpoint: endpoints[service],
    credentials: { accessKeyId, secretAccessKey: secretKeyOf(accessKeyId) },
  });
  const sqs = new SQSClient(clientConfig('sqs'));
  const sns = new SNSClient(clientConfig('sns'));
  const s3 = new S3Client(clientConfig('s3'));
  /** The clients of mappings. Lambda polls a queue, and writes a batch that failed for good, in the function's role. */
  const asFunction = (name: string) => {
    const key = accessKeyOf(name);
    const polling = new SQSClient({ ...clientConfig('sqs', key), endpoint: inside.sqs, useQueueUrlAsEndpoint: false });
    const writing = new S3Client(clientConfig('s3', key));
    shutdown.add(() => {
      polling.destroy();
      writing.destroy();
    });
    return { sqs: polling, s3: writing };
  };
  const dynamodb = new DynamoDBClient(clientConfig('dynamodb'));
  shutdown.add(() => {
    for (const client of [sqs, sns, s3, dynamodb]) client.destroy();
  });

  const place = { region, accountId: localAccountId, queueEndpoint: queueEngine.endpoint };
  const deployment = new Deployment(stacks, place, notices);
  noteCoverage(deployment, notices);
  // Before anything resolves their URLs.
  const apis = await shutdown.whenStarted(
    openHttpApis(deployment, { idleMilliseconds: (options.apiIdleSeconds ?? 30) * 1_000 }),
  );
  const people = policyCallers(deployment);
  const callers = callersOf(deployment, options.callers ?? {}, notices, people);
  const policies = resourcePolicies(deployment);
  const authorizer = new Authorizer(callers, policies, (call) => events.emit('refused', call));
  const serviceCalls = new ServiceCalls(authorizer);
  const invocations = serviceCalls.invocations(deployment);
  // Queues first: a subscription needs an existing queue.
  await createQueues(deployment, sqs, policies);
  const [undeliveredSubscriptions, expiringTables] = await Promise.all([
    createTopics(deployment, sns, notices, {
      receiverPort: options.receiverPort,
      delivers: (...of) => serviceCalls.delivers(...of),
    }),
    createTables(deployment, dynamodb),
    createBuckets(deployment, s3, queueEngine.endpoint, notices, (...of) => serviceCalls.sendsEvents(...of)),
  ]);
  const secrets = secretsManager(deployment, clock, options.secretValues ?? {});

  const functions = await Functions.of(deployment, options.environmentOverrides ?? {}, {
    runtimeApi: new URL(http.endpoint).host,
    compileCacheDirectory: path.join(workDirectory, 'compile-cache'),
    clockOffsetMilliseconds: () => simulated?.offsetMilliseconds,
    recycling: {
      idleSeconds: options.environmentIdleSeconds ?? 600,
      maximumAgeSeconds: options.environmentMaximumAgeSeconds ?? 7_200,
    },
    freezes: weather && canFreeze ? () => weather.strikes('lambda-freezes') : undefined,
    variables: (configuration) =>
      sandboxVariables(
        configuration,
        accessKeyOf(configuration.name),
        { ...inside, ...options.functionEndpoints },
        // An SDK sends to the host of the queue's URL.
        { from: endpoints.sqs, to: inside.sqs },
        region,
      ),
    onOutput: (name, environmentId, chunk) => logs.output(name, environmentId, chunk),
    onInvoked: (name, result, running) => {
      measured.invocation(name, result, running);
      const { requestId, outcome, errorType, errorMessage } = result;
      if (outcome !== 'succeeded') {
        logs.write(name, `[local cloud] invocation ${requestId} ${outcome}: ${errorType}: ${errorMessage}\n`);
      }
      serviceCalls.logs(name, functions.find(name)?.configuration.logGroupName ?? '', deployment.place);
      events.emit('invocation', { ...result, function: name });
    },
  });
  shutdown.add(() => functions.stop());
  // Before the environments end: no invocation may start after that.
  shutdown.add(() => http.stop());
  shutdown.add(() => apis.stop());
  const stopping = new AbortController();
  const { queues: mappings, streams } = connectMappings(deployment, functions, notices, {
    clientsOf: asFunction,
    clock,
    onError,
    waits: () => weather?.strikes('lambda-late-batches') ?? false,
    longestWindowSeconds: options.longestWindowSeconds ?? Number.POSITIVE_INFINITY,
    onIteratorAge: measured.iteratorAge,
  });
  const sweeper = new ExpirySweeper({
    tables: expiringTables,
    dynamodb,
    region,
    clock,
    lingerSeconds: options.expiredItemsLingerSeconds ?? 0,
    stopping: stopping.signal,
    onRecord: (record) => {
      for (const stream of streams)
        if (stream.parts.settings.EventSourceArn === record.eventSourceARN) stream.take(record);
    },
  });
  const delivered = () => Promise.all(streams.map((stream) => stream.delivered()));
  shutdown.addWithin(1_000, async () => {
    stopping.abort();
    await sweeper.idle();
    await Promise.all(streams.map((stream) => stream.stop()));
    await delivered().catch(onError);
  });
  const alarms = new Alarms(deployment, metrics, clock, notices, {
    changed: (transition) => events.emit('alarm', transition),
    notify: async (alarmArn, TopicArn, Subject, Message) => {
      if (!(await serviceCalls.notifies(alarmArn, TopicArn))) return notAuthorized(TopicArn);
      try {
        await sns.send(new PublishCommand({ TopicArn, Subject, Message }));
        return undefined;
      } catch (error) {
        onError(error);
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
  const startedAt = new Date(clock.now());
  const ownServices = new OwnServicesAccess(authorizer, deployment);
  const identities = {
    region,
    identityOf: (accessKeyId: string) => authorizer.identityOf(accessKeyId),
    secretOf: secretKeyOf,
    now: () => clock.now(),
  };
  http.services = {
    now: () => clock.now(),
    refusal: (request) => ownServices.answer(request),
    json: {
      secretsmanager: secrets,
      GraniteServiceVersion20100801: cloudWatchApi(alarms, metrics),
      Logs_20140328: logsApi({ functions, logs, deployment, clock }),
      AmazonSSM: automation(deployment, { functions, authorizer, clock }),
    },
    lambda: lambdaApi(functions, [...mappings, ...streams]),
    sts: (request) => serveSts(request, identities),
    cloudFormation: (request) => serveCloudFormation(request, deployment, startedAt),
    runtimeApi: (request, response, body) =>
      serveRuntimeApi(request, response, body, (id) => functions.environment(id)),
  };

  const access: EngineAccessSettings = {
    callers: Object.fromEntries(
      Object.entries(callers).map(([accessKeyId, { arn, senderId }]) => [accessKeyId, { arn, senderId }]),
    ),
    terms: authorizer.terms,
    region,
    decisionsUrl: `${http.endpoint}${decisionsPath}`,
  };
  await Promise.all(
    [queueEngine, tableEngine].map(({ endpoint }) =>
      fetch(`${endpoint}${accessPath}`, { method: 'PUT', body: JSON.stringify(access) }),
    ),
  );

  const httpApis = apis.serve({
    deployment,
    authorizer,
    clock,
    findFunction: (arn) => functions.find(arn),
    record: measured.api,
    log: (logGroupName, line) => logs.write(accessLogFile(logGroupName), `${line}\n`),
  });

  const mayInvoke = await invocations;
  const invoke = (rule: string, arn: string, payload: string) => {
    if (!mayInvoke(rule, arn)) return;
    for (const delay of weather ? firings(weather) : [0]) {
      if (delay === 0) void functions.find(arn)?.invoke(payload);
      else laterUnlessOver(() => void (stopping.signal.aborted || functions.find(arn)?.invoke(payload)), delay);
    }
  };
  const fireDue = startSchedules(deployment, clock, notices, options.fireSchedulesAtStart ?? false, invoke);
  const tick = () => {
    fireDue();
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
    // It may have leapt while the engines started.
    await simulated.advance(0);
  }
  shutdown.every(1_000, () => functions.recycle());
  shutdown.every((options.sampleQueuesEverySeconds ?? 5) * 1_000, async () => {
    for (const counts of await countQueues(endpoints.sqs).catch(() => [])) measured.queue(counts);
    for (const counts of await countTopics(endpoints.sns).catch(() => [])) measured.topic(counts);
  });
  shutdown.every((options.sweepExpiredItemsEverySeconds ?? 60) * 1_000, async () => {
    await sweeper.sweepInBackground().catch(onError);
  });
  for (const mapping of mappings) mapping.start();
  for (const { parts } of [...mappings, ...streams]) {
    serviceCalls.polls(parts.function.configuration.name, parts.settings.EventSourceArn);
  }
  shutdown.addWithin((options.stopGraceSeconds ?? 1) * 1_000, async () => {
    await Promise.all(mappings.map((mapping) => mapping.stop()));
    await functions.idle();
  });

  const outputs = deployment.stackNames.map((name): [string, Readonly<Record<string, string>>] => [
    name,
    Object.fromEntries(deployment.outputs(name).map(({ key, value }) => [key, value])),
  ]);
  return {
    endpoints,
    /** The endpoints of functions and mappings: `endpoints` unless there is weather. */
    endpointsInside: inside,
    region,
    /** The stages of REST APIs, with their URLs here. Outputs and variables of the templates have these URLs too. */
    httpApis,
    /** The outputs of each stack, resolved. */
    outputs: Object.fromEntries(outputs),
    /** The access keys of callers that have one managed policy of the templates each. */
    policyAccessKeys: people.map(({ accessKeyId }) => accessKeyId),
    /** What the templates have and the local cloud does not implement. */
    get notices() {
      return notices.list();
    },
    metrics,
    /** Subscriptions of topics without a delivery here, such as e-mail addresses. */
    undeliveredSubscriptions,
    /**
     * For the constructor of an AWS SDK client.
     * @param accessKeyId of one of the callers. Default: the operator's
     */
    clientConfig,
    /** Variables that point AWS's CLI and SDKs here: `AWS_ENDPOINT_URL_SQS` and so on. */
    clientVariables: () => endpointVariables(endpoints, region),
    queues: async () => describeQueues(deployment, await countQueues(endpoints.sqs)),
    environments: () => functions.states(),
    /** Kills one environment with SIGKILL. It prefers one in the middle of an invocation. */
    killEnvironment: (random = Math.random) => functions.killOne(random),
    /** Kills all environments with SIGKILL. Returns their number. */
    killAllEnvironments: () => functions.killAll(),
    alarms: () => alarms.states(),
    /** Every call of an action on a resource so far, once, and whether the policies permit it. */
    calls: () => authorizer.calls,
    /** Oldest first. */
    alarmTransitions: () => alarms.transitions,
    /**
     * Invokes a function and waits for its end.
     * @param idNameOrArn its logical ID, name or ARN
     * @param payload any JSON value
     * @throws if there is no such function
     */
    invoke: async (idNameOrArn: string, payload: unknown) => {
      const target = functions.find(idNameOrArn);
      if (!target) throw new Error(`no function has the logical ID, name or ARN ${idNameOrArn}`);
      return target.invoke(JSON.stringify(payload) ?? 'null');
    },
    /**
     * Sweeps at once, after a running sweep: deletes the items that expired `expiredItemsLingerSeconds` ago by the
     * clock. When the promise resolves, the functions behind the tables' streams have handled all deletions so far.
     * @returns the number of deleted items
     * @throws if the table engine does not answer, or the local cloud stops first
     */
    sweepExpiredItems: async () => {
      const deleted = await sweeper.sweep();
      await delivered();
      return deleted;
    },
    on: <E extends keyof LocalCloudEvents>(event: E, listener: (...event: LocalCloudEvents[E]) => void) => {
      events.on(event, listener as never);
    },
    /** Stops polling, waits for running invocations for their grace time, and ends every process that was started. */
    stop: () => shutdown.run(),
  };
}

export type LocalCloud = Awaited<ReturnType<typeof bringUp>>;
