import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { config } from '../../../examples/configuration.ts';
import { LinkIdSecret } from '../../../lambdas/adapters/link-id-secret.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { type Dialect, dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { type LocalCloud, SimulatedClock } from '../../../local/cloud/cloud.ts';
import { startOneLinkApi } from '../../../local/onelink-api/server.ts';
import { apiAddress } from '../../../local/start/api-address.ts';
import { chosenPipeline } from '../../../local/start/chosen-pipeline.ts';
import { emulatorSettings } from '../../../local/start/emulator-settings.ts';
import { makeHttpKey } from '../../../local/start/http-key.ts';
import { startApiFront } from '../../../local/weather/api-sockets.ts';
import type { WeatherPlan } from '../../../local/weather/plan.ts';
import { assemblyIn } from '../../world/assembly.ts';
import { startPipeline } from '../../world/started-pipeline.ts';
import { type ApiWrite, apiWriteOf } from '../wire/api-writes.ts';
import { processOf } from '../wire/process-of.ts';
import { startProxy, type Treatment, type WireProxy } from '../wire/proxy.ts';
import type { Service, WireRequest } from '../wire/wire-request.ts';
import { Correspondence, type SentCommand } from './correspondence.ts';
import { type ShortTimeOuts, shortenTimeOuts } from './short-time-outs.ts';
import { soonerReturns } from './sooner-returns.ts';

/** The sender of a request: one invocation of one environment. */
export interface Sender {
  pid: number;
  function: string;
  /** The function's logical ID in the template. */
  logicalId: string;
  /** Identifies the invocation. */
  invocation: string;
}

export interface FaultyPipelineOptions {
  sizes: ShortTimeOuts;
  /** Decides on each request. The test may change this object during the run. */
  injector: {
    treat(request: WireRequest, sender: Sender): Treatment;
    /** Called for each killed process, with the request and the side of it. */
    killed?(request: WireRequest, sender: Sender, side: 'before' | 'after'): void;
  };
  /** Whether calls to the OneLink API pass the proxy as well. */
  proxyApi: boolean;
  /** The version of the API that the functions speak. Default: 2.0. */
  dialect?: Dialect;
  callTimeoutMilliseconds?: number;
  /** Called for each published outcome, also for one of a command that this test has not sent itself. */
  heard?(outcome: Outcome): void;
  /** Degrades the services behind the proxies. */
  weather?: WeatherPlan;
  /** Start of a simulated clock for the pipeline and the emulator, which `leap` advances. By default, the wall clock. */
  startsAt?: string;
}

/** Sends a second in one environment. The pacer explains why neither more nor fewer calls begin sooner. */
const callsPerSecond = '40';
const token = 'token-of-the-test';
export const linkIdSecret = 'a secret of the test, long enough to derive link IDs with';

/**
 * The whole pipeline as deployed, but with short timeouts, on the local cloud and against the emulator. A proxy is between its
 * functions and each of their services.
 */
export async function faultyPipeline(options: FaultyPipelineOptions) {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-faults-'));
  const { dialect = 'v2.0' } = options;
  const pipeline = chosenPipeline(config, 'production');
  const clock = options.startsAt === undefined ? undefined : new SimulatedClock(Date.parse(options.startsAt));
  const assemblyDirectory = await assemblyIn(directory);
  const httpKey = makeHttpKey(pipeline, new Date());

  let cloud: LocalCloud | undefined;
  let kills = 0;
  const apiWrites: ApiWrite[] = [];
  const sender = (pid: number): Sender | undefined => {
    for (const { function: name, logicalId, environments } of cloud?.environments() ?? []) {
      const found = environments.find((environment) => environment.pid === pid);
      if (found !== undefined)
        return { pid, function: name, logicalId, invocation: `${found.id}/${found.invocations}` };
    }
    return undefined;
  };
  const senders = new WeakMap<WireRequest, Sender>();
  const proxyOf = (service: Service) =>
    startProxy({
      service,
      processOf: (connection) => {
        const pids = cloud?.environments().flatMap(({ environments }) => environments.flatMap(({ pid }) => pid ?? []));
        return processOf(connection, pids ?? []);
      },
      rewrite: soonerReturns,
      treat: (request, pid) => {
        const by = pid === undefined ? undefined : sender(pid);
        if (by === undefined) return {};
        senders.set(request, by);
        return options.injector.treat(request, by);
      },
      killed: (request, side) => {
        kills += 1;
        const by = senders.get(request);
        if (by !== undefined) options.injector.killed?.(request, by, side);
      },
      answered: (request, status) => {
        const write = apiWriteOf(request, status, senders.get(request)?.function);
        if (write !== undefined) apiWrites.push(write);
      },
    });
  const services = ['dynamodb', 'sqs', 'sns', 's3', 'secretsManager', 'lambda', 'onelink'] as const;
  const started = await Promise.all(services.map(async (service) => [service, await proxyOf(service)] as const));
  const proxies = Object.fromEntries(started) as Record<Service, WireProxy>;
  const scheduled = await shortenTimeOuts(assemblyDirectory, pipeline.stackName, options.sizes, proxies.sqs.origin);

  const api = await startOneLinkApi({
    settings: { ...emulatorSettings(pipeline, token), qrRequestsPerSecond: pipeline.account.callsPerSecond },
  });
  if (clock !== undefined) api.control.moveClock({ set: clock.now() });
  const { weather } = options;
  const apiOrigin = options.proxyApi ? proxies.onelink.origin : api.origin;
  // In front of the proxy, which has connections of its own.
  const front = weather && (await startApiFront(weather, apiOrigin));
  const { dynamo, named, ...running } = await startPipeline(pipeline, {
    assemblyDirectory,
    ...(clock !== undefined && { clock }),
    workDirectory: join(directory, 'work'),
    environmentOverrides: {
      API_DIALECT: dialect,
      API_BASE_URL: apiAddress(front?.endpoint ?? apiOrigin, { api: dialect }),
      QUOTA_FROM: dialectLimits[dialect].tellsQuota ? 'api' : 'own-count',
      LINK_CALLS_PER_SECOND: callsPerSecond,
      QR_CALLS_PER_SECOND: callsPerSecond,
      CALLS_IN_FLIGHT: '4',
      CALL_TIMEOUT_MILLISECONDS: String(options.callTimeoutMilliseconds ?? 5_000),
      // As lib sets it: longer than any invocation.
      LEASE_SECONDS: String(options.sizes.timeoutSeconds + 1),
      // Kills use up attempts, and must not end a job as `qr-failed`.
      MAX_QR_ATTEMPTS: '900',
    },
    functionEndpoints: {
      dynamodb: proxies.dynamodb.origin,
      sqs: proxies.sqs.origin,
      sns: proxies.sns.origin,
      s3: proxies.s3.origin,
      secretsManager: proxies.secretsManager.origin,
      lambda: proxies.lambda.origin,
    },
    secretValues: {
      ApiToken: token,
      LinkIdSecret: linkIdSecret,
      ...(httpKey && { HttpKeys: JSON.stringify(httpKey.secret) }),
    },
    sweepExpiredItemsEverySeconds: 0,
    ...(weather && { weather }),
  });
  cloud = running.cloud;
  for (const service of services) {
    proxies[service].forwardTo(service === 'onelink' ? api.origin : cloud.endpointsInside[service]);
  }

  const secrets = new SecretsManagerClient(cloud.clientConfig('secretsManager'));
  // As the governor's first run does. It is the one write of a ledger's life, so no later crash could meet it.
  const ofSecret = { LINK_ID_SECRET_ARN: named.LinkIdSecretArn ?? '', LEDGER_TABLE_NAME: named.LedgerTableName ?? '' };
  await new LinkIdSecret({ secrets, dynamo }, ofSecret, systemClock).isOfLedger();
  const correspondence = new Correspondence();
  const outcomes = await running.openOutcomes();
  const over = new AbortController();
  const listening = outcomes.listen((outcome) => {
    correspondence.received(outcome);
    options.heard?.(outcome);
    return true;
  }, over.signal);

  return {
    api: api.control,
    dialect,
    /** The status with which the emulator refuses a taken ID. By default, its version 1.0 answers as the guide has it. */
    takenIdStatus: dialect === 'v2.0' ? 409 : 400,
    cloud: running.cloud,
    correspondence,
    campaignBucket: named.CampaignBucketName ?? '',
    /** The HTTP API, and a key of the source `crm` for it. */
    http: { url: named.HttpApiUrl ?? '', key: httpKey?.key ?? '' },
    /** Functions that a schedule runs each minute. */
    scheduled,
    /** All writes to the API that passed the proxy. */
    apiWrites: apiWrites as readonly ApiWrite[],
    get kills() {
      return kills;
    },

    /** Puts commands on a lane's queue, in order. */
    async send(commands: readonly SentCommand['command'][], lane = 'transactional'): Promise<void> {
      const messages = commands.map((command) => ({ command, body: JSON.stringify(command) }));
      await running.send(
        lane,
        messages,
        ({ command }) => command.source,
        ({ command }, id) => correspondence.sent(command, id),
      );
    },

    /** Ends all environments, and waits until none is left. A dying environment could still get a message. */
    async startCold(): Promise<void> {
      const isAnyLeft = () => running.cloud.environments().some(({ environments }) => environments.length > 0);
      do {
        // Repeated, because the governor's schedule may start another environment.
        running.cloud.killAllEnvironments();
        await sleep(20);
      } while (isAnyLeft());
    },

    /** The state of each lane in the control record. */
    async lanes(): Promise<string[]> {
      const key = { pk: 'control' };
      const read = await dynamo.send(new GetCommand({ TableName: named.LedgerTableName ?? '', Key: key }));
      return Object.values((read.Item?.lanes ?? {}) as Record<string, { state: string }>).map(({ state }) => state);
    },

    /** Requests whose links are in the history, as `source/requestId`. */
    async history(): Promise<Set<string>> {
      const ended = new Set<string>();
      for (const key of await running.keys('ArchiveBucketName', 'history/')) {
        const object = await running.object('ArchiveBucketName', key);
        for (const line of object.toString().trim().split('\n')) {
          const { source, requestId } = JSON.parse(line) as { source: string; requestId: string };
          ended.add(`${source}/${requestId}`);
        }
      }
      return ended;
    },

    /** All records of the ledger, by key. */
    ledger: running.ledger,

    /** Keys of the QR bucket. */
    images: async () => new Set(await running.keys('QrBucketName')),
    image: (key: string) => running.object('QrBucketName', key),

    /** Runs a scheduled function now. @returns whether it succeeded */
    async run(functionName: string): Promise<boolean> {
      return (await running.cloud.invoke(functionName, {})).outcome === 'succeeded';
    },

    /** Advances the clock of all parts. No function may run, or its lease would end before its invocation. */
    async leap(milliseconds: number): Promise<void> {
      if (clock === undefined) throw new Error('the wall clock cannot leap: set startsAt');
      api.control.moveClock({ advanceMilliseconds: milliseconds });
      await clock.advance(milliseconds);
    },

    /** Follows a short link, as a user does. */
    async click({ onelinkId, shortlinkId }: { onelinkId: string; shortlinkId: string }): Promise<void> {
      const { body } = await fetch(`${api.origin}/${onelinkId}/${shortlinkId}`, { redirect: 'manual' });
      await body?.cancel();
    },

    /** Messages in the workers' queues and in their dead-letter queues, in flight or not. Nobody reads a producer's own queue. */
    async waiting(): Promise<{ atWork: number; dead: number }> {
      const queues = (await running.cloud.queues()).filter(({ name }) => !name.includes('OutcomesOf'));
      const count = (dead: boolean) =>
        queues
          .filter(({ deadLetterQueueOf }) => deadLetterQueueOf.length > 0 === dead)
          .reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0);
      return { atWork: count(false), dead: count(true) };
    },

    /** Waits until the workers' queues are empty, half a minute at most. A worker deletes a message after it has published. */
    async idle(): Promise<void> {
      for (let poll = 0; poll < 300 && (await this.waiting()).atWork > 0; poll++) await sleep(100);
    },

    /** Replaces the token at the API and in the secret. */
    async rotateToken(fresh: string): Promise<void> {
      api.control.changeSettings({ token: fresh });
      await secrets.send(new PutSecretValueCommand({ SecretId: named.ApiTokenSecretArn ?? '', SecretString: fresh }));
    },

    async stop(): Promise<void> {
      over.abort();
      await listening;
      await outcomes.close();
      await running.cloud.stop();
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      await front?.stop();
      await api.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type FaultyPipeline = Awaited<ReturnType<typeof faultyPipeline>>;
