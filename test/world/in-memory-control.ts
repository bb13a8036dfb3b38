import {
  type ControlReading,
  type ControlRecord,
  emptyControl,
  type Signal,
  type Signals,
} from '../../lambdas/domain/control/control-record.ts';
import type { SpentOnDay } from '../../lambdas/domain/control/quota-tally.ts';
import { dayOf } from '../../lambdas/domain/work/clock.ts';

/** The control table's behaviour in memory. test/integration holds this and the real table to the same contract. */
export class InMemoryControl {
  control: ControlRecord | undefined;
  /** If true, the control record is unreadable. */
  corrupt = false;
  signals: Signals = {};
  readonly counted = new Map<string, SpentOnDay>();
  readonly due = new Map<string, number>();
  /** Methods whose next call fails, as with a throttled or unreachable table. */
  readonly failNext = new Set<string>();

  /** Writes a fresh control record. By default, there is quota and all lanes are open. */
  setRecord(nowMilliseconds: number, change: Partial<ControlRecord> = {}): void {
    const quota = { remaining: 5_000_000, polledAt: nowMilliseconds, own: 0 };
    this.control = {
      ...emptyControl,
      revision: (this.control?.revision ?? 0) + 1,
      governedAt: nowMilliseconds,
      quota,
      ...change,
    };
    this.corrupt = false;
  }

  async read(): Promise<ControlReading> {
    this.#maybeFail('read');
    const control = this.corrupt ? undefined : structuredClone(this.control);
    return { control, corrupt: this.corrupt, signals: { ...this.signals } };
  }

  async write(next: Omit<ControlRecord, 'revision' | 'v'>, read: ControlReading): Promise<boolean> {
    this.#maybeFail('write');
    const revision = read.control?.revision ?? 0;
    if (!read.corrupt && this.control !== undefined && this.control.revision !== revision) return false;
    this.control = structuredClone({ ...next, v: emptyControl.v, revision: revision + 1 });
    this.corrupt = false;
    return true;
  }

  async drained(parkedAt: number): Promise<boolean> {
    if (this.control?.parkedAt !== parkedAt) return false;
    const { parkedAt: _, ...rest } = this.control;
    this.control = { ...rest, revision: rest.revision + 1 };
    return true;
  }

  async signal(signal: Signal, nowMilliseconds: number): Promise<void> {
    this.#maybeFail('signal');
    this.signals[signal] = nowMilliseconds;
  }

  async addSpent(lane: string, calls: number, nowMilliseconds: number): Promise<void> {
    this.#maybeFail('addSpent');
    const day = dayOf(nowMilliseconds);
    const hour = new Date(nowMilliseconds).getUTCHours();
    const hours = Array.from({ length: 24 }, (_, index): [number, number] => [index, 0]);
    const before = this.counted.get(`${lane}/${day}`) ?? { lane, day, calls: 0, byHour: new Map(hours) };
    before.byHour.set(hour, (before.byHour.get(hour) ?? 0) + calls);
    this.counted.set(`${lane}/${day}`, { ...before, calls: before.calls + calls });
  }

  async addRenewals(day: string, links: number): Promise<void> {
    this.#maybeFail('addRenewals');
    this.due.set(day, (this.due.get(day) ?? 0) + links);
  }

  async spent(lanes: string[], days: string[]): Promise<SpentOnDay[]> {
    this.#maybeFail('spent');
    return [...this.counted.values()].filter(({ lane, day }) => lanes.includes(lane) && days.includes(day));
  }

  async renewals(days: string[]): Promise<number> {
    this.#maybeFail('renewals');
    return days.reduce((sum, day) => sum + (this.due.get(day) ?? 0), 0);
  }

  #maybeFail(method: string): void {
    if (this.failNext.delete(method)) throw new Error(`the control table fails at ${method}`);
  }
}
