import * as z from 'zod';
import { isClockTime, isoSeconds } from './clock.ts';
import { checked, refused } from './control-error.ts';
import type { Emulator, Stats } from './emulator.ts';
import { type ArmedFault, type FaultInput, faultSchema } from './faults.ts';
import { type LinkView, linkLine, linkView, type PreloadedLink, preload, preloadSchema } from './inventory.ts';
import { type Settings, type SettingsPatch, settingsPatch, withChange } from './settings.ts';

/** The emulated time. */
export interface ClockView {
  /** ISO 8601, whole seconds, UTC. */
  now: string;
  nowMilliseconds: number;
}

/** The milliseconds to advance by, or the new instant. */
export type ClockChange = { advanceMilliseconds: number } | { set: string | number };

const clockChange = z.union([
  z.strictObject({ advanceMilliseconds: z.number().min(0).max(1e13) }),
  z.strictObject({ set: z.union([z.iso.datetime({ offset: true }), z.number().min(0).max(8e15)]) }),
]);
const preloadInput = z.array(preloadSchema).min(1);
const nothing = z.strictObject({});

/**
 * The requests that a test may make of the emulator. The library returns this object and the admin endpoints serve it,
 * so both accept and refuse the same arguments.
 *
 * Every method throws {@link ControlError} for arguments that break a rule.
 */
export class Control {
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  stats(): Stats {
    return this.#emulator.stats();
  }

  /** Every link that is not purged, oldest first. */
  *links(): Generator<LinkView> {
    for (const link of this.#emulator.store.all()) yield linkView(this.#emulator, link);
  }

  /** The same links as lines of JSON. */
  *linkLines(): Generator<string> {
    for (const link of this.#emulator.store.all()) yield linkLine(this.#emulator, link);
  }

  /** @returns the number of links added */
  preload(input: readonly PreloadedLink[]): number {
    const links = checked(preloadInput, input);
    preload(this.#emulator, links);
    return links.length;
  }

  faults(): ArmedFault[] {
    return this.#emulator.faults.list();
  }

  /** @returns all armed faults */
  addFaults(input: FaultInput | readonly FaultInput[]): ArmedFault[] {
    const faults = Array.isArray(input) ? checked(z.array(faultSchema), input) : [checked(faultSchema, input)];
    for (const fault of faults) this.#emulator.faults.add(fault);
    return this.faults();
  }

  clearFaults(): void {
    this.#emulator.faults.clear();
  }

  clock(): ClockView {
    const { clock } = this.#emulator;
    return { now: isoSeconds(clock.nowSeconds()), nowMilliseconds: clock.now() };
  }

  moveClock(input: ClockChange): ClockView {
    const change = checked(clockChange, input);
    const { clock } = this.#emulator;
    const [path] = Object.keys(change);
    const moved =
      'advanceMilliseconds' in change ? clock.now() + change.advanceMilliseconds : new Date(change.set).getTime();
    if (!isClockTime(moved)) {
      throw refused(path ?? '', 'must lead to an instant from 1970 to the end of 9898');
    }
    if ('advanceMilliseconds' in change) clock.advance(change.advanceMilliseconds);
    else clock.set(moved);
    return this.clock();
  }

  settings(): Settings {
    return structuredClone(this.#emulator.settings);
  }

  changeSettings(input: SettingsPatch): Settings {
    const { quotaRemaining, ...settings } = checked(settingsPatch, withChange(this.#emulator.settings, input));
    if (quotaRemaining !== undefined && quotaRemaining > settings.monthlyQuota) {
      throw refused('quotaRemaining', `must not exceed the quota of ${settings.monthlyQuota}`);
    }
    this.#emulator.change(settings);
    if (quotaRemaining !== undefined) this.#emulator.quota.setRemaining(quotaRemaining);
    return this.settings();
  }

  /** Restores the state at the start: settings, quota, rate windows and clock, without links, faults or statistics. */
  reset(input: Record<string, never> = {}): void {
    checked(nothing, input);
    this.#emulator.reset();
  }
}
