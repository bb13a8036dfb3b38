/**
 * From an AppsFlyer account's limits to each worker's concurrency and pace.
 *
 * With C environments that each send at most r calls a second, evenly spaced, no sliding second holds more than C × r
 * (r is a whole number). C goes into the template as reserved concurrency, r into the function's environment.
 */

/** What one AppsFlyer account allows, and how much of it we may use. */
export interface AccountLimits {
  /** Calls per second over all endpoints: 1,000 (OneLink API). */
  readonly callsPerSecond: number;
  /** QR calls per second: 25 (OneLink API). Whether they draw on the 1,000 too is unpublished: we count them there. */
  readonly qrCallsPerSecond: number;
  /** 0–1: the share of the limits that we dare to use. */
  readonly headroom: number;
  /** 0–1: the share of that left to other systems. */
  readonly leftToOthers: number;
}

/** What a lane asks for. Shares are of the account's budget. */
export interface LaneDemand {
  readonly rateShare: number;
  readonly qrShare: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
}

export interface Budget {
  readonly callsPerSecond: number;
  readonly qrCallsPerSecond: number;
}

/** One worker's size. */
export interface WorkerPlan {
  /** C: reserved concurrency, and the mapping's maximum concurrency. */
  readonly concurrency: number;
  /** r: calls per second in one environment. */
  readonly callsPerSecond: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** How long a full batch keeps one environment busy at its pace: batchSize / callsPerSecond. */
  readonly busySeconds: number;
  /** 0–1: the part of its pace that the worker can reach under a backlog, since a slot idles between batches. */
  readonly duty: number;
  readonly callsInFlight: number;
  readonly timeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  /** Returned messages of one environment whose delays may run at once (lambdas/runtime/returned-messages.ts). */
  readonly mostReturnedMessages: number;
}

export interface LanePlan {
  readonly lane: string;
  readonly link: WorkerPlan;
  readonly qr: WorkerPlan;
}

/** What is wrong, with the path below the pipeline's settings. */
export interface PlanFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** The governor asks for the quota and probes the API once a minute, one call at a time, at least a second apart. */
export const governorCallsPerSecond = 1;

/** Well below every worker's timeout (30 s at least), so that a call without an answer is still settled in its batch. */
export const callTimeoutMilliseconds = 10_000;

/** Deliveries of a message before it counts as a crash. A net, not the retry policy: workers settle or return messages. */
export const maxReceiveCount = 20;

/** SQS keeps a message 14 days at most. A dead letter keeps its first arrival's time, so this must be the longer one. */
export const deadLetterRetentionDays = 14;

/**
 * How long a full batch should keep a worker busy. A lane with a window is after throughput, and its slot idles between
 * batches: for a fiftieth of the time at fifteen seconds.
 */
const throughputBusySeconds = 15;
/** A lane without a window is after latency: a command waits about this long behind the others of its batch. */
const latencyBusySeconds = 0.5;

/** The API's latency, and the invocation's start, ledger read and wind-up, as assumed for the duty. */
const assumedLatencySeconds = 0.2;
const assumedOverheadSeconds = 0.1;

/** QR is slow by contract: with batches of ten at 6 calls a second a slot would idle a fifth of the time. */
const qrBatchSize = (windowSeconds: number) => (windowSeconds > 0 ? 100 : 10);

/** An expired link that renews itself costs one GET: batches of a hundred keep a slot busy for 25 s at 4 calls a second. */
const expiryBatchSize = 100;
const expiryWindowSeconds = 5;

/** Lambda's longest timeout. */
const maxTimeoutSeconds = 900;
/** SQS event source mappings: `MaximumConcurrency` is 2–1,000. */
const minConcurrency = 2;
const maxConcurrency = 1_000;

/** SQS delivers nothing more once a queue has so many messages in flight. Returned ones are, until their delay ends. */
const mostInFlight = 120_000;

/** Floor that does not lose a call to binary fractions: 0.57 × 100 is 56.99…9 in floating point. */
const floor = (value: number) => Math.floor(Number(value.toFixed(9)));
const ceil = (value: number) => Math.ceil(Number(value.toFixed(9)));

/** The calls per second that all pipelines on the account may send together. */
export function budgetOf(limits: AccountLimits): Budget {
  const usable = limits.headroom * (1 - limits.leftToOthers);
  return {
    callsPerSecond: floor(limits.callsPerSecond * usable),
    qrCallsPerSecond: floor(limits.qrCallsPerSecond * usable),
  };
}

/** Sizes every lane of one pipeline. The plan is complete only without faults. */
export function planLanes(
  limits: AccountLimits,
  lanes: Readonly<Record<string, LaneDemand>>,
): { plans: LanePlan[]; faults: PlanFault[] } {
  const budget = budgetOf(limits);
  const plans: LanePlan[] = [];
  const faults: PlanFault[] = [];
  for (const [lane, demand] of Object.entries(lanes)) {
    const link = planWorker(
      'rateShare',
      demand.rateShare,
      budget.callsPerSecond,
      demand.batchSize,
      demand.windowSeconds,
    );
    const qrBatch = qrBatchSize(demand.windowSeconds);
    const qr = planWorker('qrShare', demand.qrShare, budget.qrCallsPerSecond, qrBatch, demand.windowSeconds);
    for (const worker of [link, qr]) {
      if ('fault' in worker) faults.push({ path: ['lanes', lane, worker.setting], message: worker.fault });
    }
    if (!('fault' in link) && !('fault' in qr)) plans.push({ lane, link, qr });
  }
  return { plans, faults };
}

/** Sizes the expiry worker, which asks the API about links whose time has come. Throughput counts, not latency. */
export function planExpiry(limits: AccountLimits, share: number): { plan?: WorkerPlan; faults: PlanFault[] } {
  const planned = planWorker(
    'expiryRateShare',
    share,
    budgetOf(limits).callsPerSecond,
    expiryBatchSize,
    expiryWindowSeconds,
  );
  if ('fault' in planned) return { faults: [{ path: ['expiryRateShare'], message: planned.fault }] };
  return { plan: planned, faults: [] };
}

function planWorker(
  setting: 'rateShare' | 'qrShare' | 'expiryRateShare',
  share: number,
  budget: number,
  batchSize: number,
  windowSeconds: number,
): WorkerPlan | { setting: string; fault: string } {
  const busyTarget = windowSeconds > 0 ? throughputBusySeconds : latencyBusySeconds;
  const rate = floor(share * budget);
  const concurrency = Math.max(minConcurrency, ceil((rate * busyTarget) / batchSize));
  const callsPerSecond = floor(rate / concurrency);
  const arithmetic =
    `R = floor(${share} × ${budget}) = ${rate} calls/s, ` +
    `C = max(${minConcurrency}, ceil(${rate} × ${busyTarget} s / ${batchSize})) = ${concurrency}, ` +
    `r = floor(${rate} / ${concurrency}) = ${callsPerSecond}`;
  if (callsPerSecond < 1) {
    return {
      setting,
      fault: `must leave each environment at least 1 call/s: ${arithmetic}; raise the share or the batch size`,
    };
  }
  if (concurrency > maxConcurrency) {
    return { setting, fault: `must need at most 1,000 environments (SQS event source mappings): ${arithmetic}` };
  }
  const busySeconds = batchSize / callsPerSecond;
  const timeoutSeconds = timeoutFor(busySeconds, windowSeconds);
  if (timeoutSeconds > maxTimeoutSeconds) {
    const took = `${batchSize} / ${callsPerSecond} = ${Math.round(busySeconds)} s`;
    const rule = 'a batch may take at most half of Lambda’s 900 s at its normal pace';
    return { setting: setting === 'rateShare' ? 'batchSize' : setting, fault: `${rule}: ${arithmetic}, ${took}` };
  }
  const mostReturnedMessages = Math.floor(mostInFlight / 2 / concurrency) - batchSize;
  if (mostReturnedMessages < 1) {
    const rule = `half of the ${mostInFlight.toLocaleString('en')} messages that SQS allows in flight must be more than C × batch`;
    const got = `${concurrency} × ${batchSize} = ${(concurrency * batchSize).toLocaleString('en')}`;
    return { setting: setting === 'rateShare' ? 'batchSize' : setting, fault: `${rule}: ${arithmetic}, ${got}` };
  }
  return {
    concurrency,
    callsPerSecond,
    batchSize,
    windowSeconds,
    busySeconds,
    duty: busySeconds / (busySeconds + 1 / callsPerSecond + assumedLatencySeconds + assumedOverheadSeconds),
    // A quarter of a second's commands are on their way to their turn (runtime/turnstile.ts), 1.5 s of sends may wait for their
    // answers, and some are being written down; more would only pile up behind an API that has stopped answering.
    callsInFlight: Math.min(250, Math.max(4, callsPerSecond * 2)),
    timeoutSeconds,
    // AWS's advice for SQS mappings: six timeouts and the window, so that no message shows up again while it is worked on.
    visibilityTimeoutSeconds: 6 * timeoutSeconds + windowSeconds,
    mostReturnedMessages,
  };
}

/** Twice the batch at normal pace (each command may need a GET before its POST), in half minutes. */
function timeoutFor(busySeconds: number, windowSeconds: number): number {
  const shortest = windowSeconds > 0 ? 60 : 30;
  return Math.max(shortest, ceil((2 * busySeconds) / 30) * 30);
}

/** The most that the plans, the expiry worker and one governor may send in any second. */
export function plannedCalls(plans: readonly LanePlan[], expiry?: WorkerPlan): Budget {
  const sum = (worker: (plan: LanePlan) => WorkerPlan) =>
    plans.reduce((total, plan) => total + worker(plan).concurrency * worker(plan).callsPerSecond, 0);
  const qrCallsPerSecond = sum((plan) => plan.qr);
  const expiryCalls = expiry === undefined ? 0 : expiry.concurrency * expiry.callsPerSecond;
  const callsPerSecond = sum((plan) => plan.link) + qrCallsPerSecond + expiryCalls + governorCallsPerSecond;
  return { callsPerSecond, qrCallsPerSecond };
}

/**
 * Calls per second that the plans, the expiry worker and the governor come to while there is work for all of them: each
 * worker's most, times its duty.
 */
export function reachedCallsPerSecond(plans: readonly LanePlan[], expiry?: WorkerPlan): number {
  const workers = [...plans.flatMap(({ link, qr }) => [link, qr]), ...(expiry === undefined ? [] : [expiry])];
  const reached = workers.reduce(
    (sum, { concurrency, callsPerSecond, duty }) => sum + concurrency * callsPerSecond * duty,
    0,
  );
  return reached + governorCallsPerSecond;
}

/**
 * The expiry intake runs once for each shard of the ledger's stream. A new table has four; what more there may be takes turns,
 * which delays it by moments. It calls no API.
 */
export const intakeConcurrency = 4;

/** Lambda environments that the plans reserve, with the intake of expired links, the governor and the replayer. */
export function reservedConcurrency(plans: readonly LanePlan[], expiry?: WorkerPlan): number {
  const lanes = plans.reduce((total, plan) => total + plan.link.concurrency + plan.qr.concurrency, 0);
  return lanes + (expiry === undefined ? 0 : expiry.concurrency + intakeConcurrency) + 2;
}

/** `campaign 13 × 66 + campaign QR 2 × 6 + … + governor 1`: the arithmetic of {@link plannedCalls}, to be read. */
export function arithmeticOf(plans: readonly LanePlan[], expiry?: WorkerPlan): string {
  const term = (name: string, worker: WorkerPlan) => `${name} ${worker.concurrency} × ${worker.callsPerSecond}`;
  const terms = plans.flatMap(({ lane, link, qr }) => [term(lane, link), term(`${lane} QR`, qr)]);
  const ofExpiry = expiry === undefined ? [] : [term('expiry', expiry)];
  return [...terms, ...ofExpiry, `governor ${governorCallsPerSecond}`].join(' + ');
}

/** The plan as a small table for the operator who synthesises it. */
export function describe(
  serviceName: string,
  limits: AccountLimits,
  plans: readonly LanePlan[],
  expiry?: WorkerPlan,
): string {
  const budget = budgetOf(limits);
  const planned = plannedCalls(plans, expiry);
  const reached = reachedCallsPerSecond(plans, expiry);
  const row = (cells: readonly (string | number)[]) =>
    cells.map((cell, column) => (column === 0 ? String(cell).padEnd(18) : String(cell).padStart(12))).join('');
  const worker = (name: string, { concurrency, callsPerSecond, batchSize, ...plan }: WorkerPlan) =>
    row([
      name,
      `${concurrency} × ${callsPerSecond}/s`,
      batchSize,
      `${plan.busySeconds.toFixed(1)} s`,
      `${Math.round(plan.duty * 100)} %`,
      `${plan.timeoutSeconds} s`,
      `${plan.visibilityTimeoutSeconds} s`,
    ]);
  return [
    `${serviceName}: at most ${planned.callsPerSecond} of ${budget.callsPerSecond} calls/s, ` +
      `${planned.qrCallsPerSecond} of ${budget.qrCallsPerSecond} QR calls/s; ` +
      `${Math.round(reached)} calls/s (${Math.round((100 * reached) / budget.callsPerSecond)} %) under a backlog; ` +
      `reserves ${reservedConcurrency(plans, expiry)} Lambda environments`,
    row(['  worker', 'C × r', 'batch', 'busy', 'duty', 'timeout', 'visibility']),
    ...plans.flatMap(({ lane, link, qr }) => [worker(`  ${lane}`, link), worker(`  ${lane} QR`, qr)]),
    ...(expiry === undefined ? [] : [worker('  expiry', expiry)]),
  ].join('\n');
}
