import type { Answer } from './answer.ts';
import { EmulatorClock, type TimeSources } from './clock.ts';
import { FaultPlan } from './faults.ts';
import { MonthlyQuota, SlidingWindow } from './limits.ts';
import type { Call } from './operations.ts';
import { drawQr } from './qr/image.ts';
import type { Settings } from './settings.ts';
import { Statistics } from './statistics.ts';
import { LinkStore } from './store.ts';

/** The parts of the emulator that a test may replace. */
export interface EmulatorParts extends TimeSources {
  drawQr?: typeof drawQr;
  /** Called after each performed call with its true answer, even if a fault hides that answer from the client. */
  onPerformed?: (call: Call, body: Readonly<Record<string, unknown>> | undefined, answer: Answer) => void;
}

/** The emulated account: its settings, its links, its remaining limits, and the statistics of its calls. */
export class Emulator {
  readonly #startedWith: Settings;
  readonly clock: EmulatorClock;
  readonly store: LinkStore;
  readonly quota: MonthlyQuota;
  readonly faults = new FaultPlan();
  settings: Settings;
  statistics = new Statistics();
  readonly drawQr: typeof drawQr;
  readonly onPerformed: EmulatorParts['onPerformed'];
  rate: SlidingWindow;
  qrRate: SlidingWindow;
  v1Rate: SlidingWindow;

  constructor(settings: Settings, parts: EmulatorParts = {}) {
    this.#startedWith = settings;
    this.settings = settings;
    this.clock = new EmulatorClock(parts);
    this.drawQr = parts.drawQr ?? drawQr;
    this.onPerformed = parts.onPerformed;
    this.store = new LinkStore(this.clock, () => this.settings.purgeDelayHours * 3600);
    this.quota = new MonthlyQuota(this.clock, settings.monthlyQuota);
    this.rate = new SlidingWindow(settings.requestsPerSecond);
    this.qrRate = new SlidingWindow(settings.qrRequestsPerSecond);
    this.v1Rate = new SlidingWindow(settings.v1RequestsPerSecond);
  }

  /** Applies new settings. A window whose limit changes starts empty. The quota keeps its used calls. */
  change(settings: Settings): void {
    const { requestsPerSecond, qrRequestsPerSecond, v1RequestsPerSecond } = settings;
    if (requestsPerSecond !== this.settings.requestsPerSecond) this.rate = new SlidingWindow(requestsPerSecond);
    if (qrRequestsPerSecond !== this.settings.qrRequestsPerSecond) this.qrRate = new SlidingWindow(qrRequestsPerSecond);
    if (v1RequestsPerSecond !== this.settings.v1RequestsPerSecond) this.v1Rate = new SlidingWindow(v1RequestsPerSecond);
    this.quota.monthly = settings.monthlyQuota;
    this.settings = settings;
  }

  /**
   * Restores the state at the start: no links, faults or statistics, full windows and quota, first settings, real time.
   */
  reset(): void {
    this.change(this.#startedWith);
    this.rate = new SlidingWindow(this.settings.requestsPerSecond);
    this.qrRate = new SlidingWindow(this.settings.qrRequestsPerSecond);
    this.v1Rate = new SlidingWindow(this.settings.v1RequestsPerSecond);
    this.clock.reset();
    this.quota.reset();
    this.store.clear();
    this.faults.clear();
    this.statistics = new Statistics();
  }

  /** The calls and answers since the start or the last reset. */
  stats() {
    const { all, api, qr, v1, calls, callsByApi, refused, clicks, faultsPlayed } = this.statistics;
    const { month, monthly, used, remaining } = this.quota;
    // The census comes first: it purges the records that are due, and the counters must include that purge.
    const census = this.store.census();
    return structuredClone({
      /** Calls received, whatever their answers. */
      arrivals: {
        all: all.total,
        api: api.total,
        qr: qr.total,
        v1: v1.total,
        /** The most calls in any one second (sliding, not by the clock). */
        fullestSecond: { all: all.fullestSecond, api: api.fullestSecond, qr: qr.fullestSecond, v1: v1.fullestSecond },
      },
      calls,
      callsByApi,
      refused,
      links: { ...this.store.counts, ...census },
      quota: { month, monthly, used, remaining },
      clicks,
      faultsPlayed,
    });
  }
}

export type Stats = ReturnType<Emulator['stats']>;
