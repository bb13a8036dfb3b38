import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { plansOf } from '../../../cli/pipeline/configured-pipeline.ts';
import { pascal } from '../../../cli/pipeline/pipeline-outputs.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { bundleOptions } from '../../../lib/constructs/bundle.ts';
import type { SettingsInput } from '../../../local/onelink-api/settings.ts';
import { startEmulator } from '../../../local/start/emulator-process.ts';
import { emulatorSettings } from '../../../local/start/emulator-settings.ts';
import { creates } from '../world/commands.ts';
import { loopDelayProbe } from '../world/loop-delay.ts';
import { loading } from '../world/probe.ts';
import { CpuMeter } from '../world/processes.ts';
import { monotonicMilliseconds } from '../world/send-times.ts';
import { assemblyOf, type Variant, variantPipeline } from '../world/synthesis.ts';
import { Backlog, type Waiting } from './backlog.ts';
import { functionVariables } from './function-variables.ts';
import type { FleetJob, Invocation, QrWork } from './messages.ts';
import { oldLinks } from './old-links.ts';
import { type Invoked, Slot } from './slot.ts';
import { tokenVariable } from './workers.ts';

export interface FleetOptions {
  variant: Variant;
  /** Settings of the emulator beside those of the account, such as the latency. */
  emulator: SettingsInput;
  nodeOptions: readonly string[];
  /** All clocks of the environments and of the API run so many times slower than the machine's. The times below are by those clocks. */
  timeDilation: number;
  /** An environment this old ends after its invocation. Undefined: none does. */
  recycledAfterMilliseconds?: number | undefined;
  /** Stops random environments for this long, one at a time. Undefined: none. */
  stops?: { milliseconds: number; everyMilliseconds: number } | undefined;
}

interface Sized {
  concurrency: number;
  callsPerSecond: number;
  batchSize: number;
  timeoutSeconds: number;
}

interface FleetFunction extends Sized {
  name: string;
  job: FleetJob;
  slots: Slot[];
}

const token = 'token-of-the-benchmark';
/** `crm` in examples/configuration.ts. */
const crmSender = 'AROAEXAMPLEOFCRMROLE1:benchmark';
const emulatorRole = 'OneLink API';

/**
 * All functions that call the API under a backlog, each in as many processes as its reserved concurrency allows. The emulator has a
 * process of its own. Ledger, topic, queues and buckets are in memory.
 */
export async function startFleet(options: FleetOptions) {
  const { variant, emulator, timeDilation, stops } = options;
  const pipeline = variantPipeline(variant);
  const plan = plansOf(pipeline);
  const directory = await mkdtemp(join(tmpdir(), 'onelink-bench-fleet-'));
  const program = join(directory, 'environment.mjs');
  const { splitting: _, ...bundling } = bundleOptions;
  const [variables] = await Promise.all([
    functionVariables(await assemblyOf(variant)),
    build({
      ...bundling,
      entryPoints: [new URL('./environment.ts', import.meta.url).pathname],
      outfile: program,
    }),
  ]);
  const since = Date.now();
  const now = () => since + Math.floor((Date.now() - since) / timeDilation);
  const dilated = loading('time-dilation', { factor: String(timeDilation), since: String(since) });
  const nodeOptions = [...options.nodeOptions, dilated];
  const recycledAfter = options.recycledAfterMilliseconds && options.recycledAfterMilliseconds * timeDilation;
  const loopDelay = await loopDelayProbe();
  const api = await startEmulator({ ...emulatorSettings(pipeline, token), ...emulator }, [
    loopDelay.nodeOption,
    dilated,
  ]);
  const old = oldLinks(now);
  await api.admin.preload(old.preloaded);

  const qrQueue = new Backlog('qr', 'AROAOFTHELINKWORKER');
  const linkOfJob = new Map<string, LinkRecord>();
  const onQrJob = ({ job, groupId, link }: QrWork) => {
    if (link !== undefined) linkOfJob.set(`${job.onelinkId}/${job.shortlinkId}`, link);
    qrQueue.send(JSON.stringify(job), groupId);
  };
  const functionOf = (part: string, job: FleetJob, size: Sized | undefined): FleetFunction => {
    const found = [...variables].find(([logicalId]) => logicalId.includes(part));
    if (found === undefined || size === undefined) throw new Error(`the template has no function of ${part}`);
    const own = { ...found[1], API_BASE_URL: api.baseUrl, [tokenVariable]: token };
    const ofSlot = { job, name: part, program, variables: own, nodeOptions, onQrJob };
    return { ...size, name: part, job, slots: Array.from({ length: size.concurrency }, () => new Slot(ofSlot)) };
  };

  const perSecond = (size: Sized | undefined) => (size === undefined ? 0 : size.concurrency * size.callsPerSecond);
  // Each lane makes its part of twice the QR jobs that the QR worker can do.
  const qrPerLane = (2 * perSecond(plan.qr)) / plan.plans.length;
  const lanes = plan.plans.map(({ lane, link }) => ({
    of: functionOf(`${pascal(lane)}LinkWorker`, 'link-worker', link),
    queue: new Backlog(
      lane,
      crmSender,
      creates(`full-rate-${lane}`, Number.MAX_SAFE_INTEGER, Math.max(1, Math.floor(perSecond(link) / qrPerLane))),
    ),
  }));
  const qr = functionOf('QrWorker', 'qr-worker', plan.qr);
  const expiry = functionOf('ExpiryWorker', 'expiry-worker', plan.expiry);
  const readers = functionOf('Reader', 'reader', plan.reader);
  const functions = [...lanes.map(({ of }) => of), qr, expiry, readers];
  const slots = functions.flatMap((one) => one.slots);

  let isOver = false;
  let crashed = '';
  const outcomes = new Map<string, number>();
  const killed = { invocations: 0 };
  const note = (invoked: Invoked) => {
    if (invoked.kind === 'failed') crashed = invoked.error;
    if (invoked.kind === 'killed') killed.invocations += 1;
    if (invoked.kind !== 'answered') return;
    for (const [outcome, count] of Object.entries(invoked.outcomes))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
  };

  /** Keeps a slot at work. */
  const keepAtWork = async (
    slot: Slot,
    { timeoutSeconds }: Sized,
    next: () => { invocation: Omit<Invocation, 'timeoutMilliseconds'>; end?: (invoked: Invoked) => void } | undefined,
  ) => {
    while (!isOver) {
      const work = next();
      if (work === undefined) {
        await sleep(20);
        continue;
      }
      const invoked = await slot.invoke({ ...work.invocation, timeoutMilliseconds: timeoutSeconds * 1000 });
      if (isOver) return;
      note(invoked);
      work.end?.(invoked);
      if (recycledAfter !== undefined) slot.recycle(recycledAfter);
    }
  };
  const fromQueue = (of: FleetFunction, queue: Backlog, knownOf: (batch: Waiting[]) => LinkRecord[] = () => []) =>
    of.slots.map((slot) =>
      keepAtWork(slot, of, () => {
        const batch = queue.take(of.batchSize);
        if (batch.length === 0) return undefined;
        return {
          invocation: { records: queue.recordsOf(batch, now()), known: knownOf(batch) },
          end: (invoked) => {
            const returned = invoked.kind === 'answered' ? new Set(invoked.returned) : undefined;
            queue.giveBack(batch.filter(({ messageId }) => returned?.has(messageId) ?? true));
          },
        };
      }),
    );

  const expiryQueue = new Backlog('expiry', 'AROAOFTHEINTAKE', old.checks());
  const started = await Promise.all(slots.map((slot) => slot.start()));
  if (started.includes(undefined)) throw new Error('an environment of the fleet did not start');

  const killAll = () => {
    for (const slot of slots) slot.signal('SIGKILL');
  };
  // A stopped environment does not notice that its fleet has ended.
  process.prependOnceListener('exit', killAll);
  const startedAt = monotonicMilliseconds();
  const working = [
    ...lanes.flatMap(({ of, queue }) => fromQueue(of, queue)),
    ...fromQueue(qr, qrQueue, (batch) =>
      batch.flatMap(({ body }) => {
        const { onelinkId, shortlinkId } = JSON.parse(body) as { onelinkId: string; shortlinkId: string };
        return linkOfJob.get(`${onelinkId}/${shortlinkId}`) ?? [];
      }),
    ),
    ...fromQueue(expiry, expiryQueue, (batch) => batch.map(({ body }) => old.recordIn(body))),
    ...readers.slots.map((slot) =>
      keepAtWork(slot, readers, () => ({ invocation: { links: old.addresses(readers.batchSize) } })),
    ),
    stopAtRandom(),
  ];

  async function stopAtRandom(): Promise<void> {
    while (!isOver && stops !== undefined) {
      await sleep(2 * Math.random() * stops.everyMilliseconds * timeDilation);
      const slot = slots[Math.floor(Math.random() * slots.length)];
      slot?.signal('SIGSTOP');
      await sleep(stops.milliseconds * timeDilation);
      slot?.signal('SIGCONT');
    }
  }

  const meter = new CpuMeter();
  function* running(): Generator<[string, number]> {
    yield ['fleet', process.pid];
    if (api.pid !== undefined) yield [emulatorRole, api.pid];
    for (const { name, slots: all } of functions) for (const { pid } of all) if (pid !== undefined) yield [name, pid];
  }
  const reading = setInterval(() => meter.read(running()), 250);

  return {
    pipeline,
    plan,
    api,
    functions,
    outcomes,
    killed,
    /** The error of an invocation, which must not fail. Empty: none. */
    crash: () => crashed,

    /** CPU seconds so far, by function and engine. The functions give way to the engines. */
    cpuSeconds(): Map<string, number> {
      meter.read(running());
      return meter.seconds();
    },

    /** The longest time that the emulator has not looked at its connections, in milliseconds of its slower clock. */
    apiLateMilliseconds: async () => (await loopDelay.longestMilliseconds(startedAt)) / timeDilation,

    killAllEnvironments: killAll,

    async stop(): Promise<void> {
      isOver = true;
      clearInterval(reading);
      killAll();
      process.off('exit', killAll);
      await Promise.all(working);
      await api.stop();
      for (const made of [directory, loopDelay.directory]) await rm(made, { recursive: true, force: true });
    },
  };
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>;
