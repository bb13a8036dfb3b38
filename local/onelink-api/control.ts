import * as z from 'zod';
import { isClockTime, isoSeconds } from './clock.ts';
import type { Emulator } from './emulator.ts';
import type { ArmedFault, FaultInput } from './faults.ts';
import { faultSchema } from './faults.ts';
import type { LinkView, PreloadedLink } from './inventory.ts';
import { linkLine, linkView, PreloadError, preload, preloadSchema } from './inventory.ts';
import type { Settings, SettingsPatch } from './settings.ts';
import { settingsPatch, withChange } from './settings.ts';
import type { Stats } from './statistics.ts';

/** One invalid argument: its path, and the rule that it breaks. */
export interface ControlFault {
  path: string;
  rule: string;
}

/** An admin request with invalid arguments. */
export class ControlError extends Error {
  readonly faults: readonly ControlFault[];

  constructor(faults: readonly ControlFault[]) {
    super(faults.map(({ path, rule }) => `${path || 'body'}: ${rule}`).join('; '));
    this.faults = faults;
  }
}

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
    try {
      preload(this.#emulator, links);
    } catch (error) {
      if (error instanceof PreloadError) throw new ControlError([{ path: error.path, rule: error.message }]);
      throw error;
    }
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
      throw new ControlError([{ path: path ?? '', rule: 'must lead to an instant from 1970 to the end of 9898' }]);
    }
    if ('advanceMilliseconds' in change) clock.advance(change.advanceMilliseconds);
    else clock.set(moved);
    return this.clock();
  }

  settings(): Settings {
    return structuredClone(this.#emulator.settings);
  }

  changeSettings(input: SettingsPatch): Settings {
    const { quotaRemaining, ...change } = checked(settingsPatch, input);
    const settings = withChange(this.#emulator.settings, change);
    if (quotaRemaining !== undefined && quotaRemaining > settings.monthlyQuota) {
      throw new ControlError([
        { path: 'quotaRemaining', rule: `must not exceed the quota of ${settings.monthlyQuota}` },
      ]);
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

/** @throws ControlError with a path and a rule for each invalid value */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  if (holdsProto(input)) throw new ControlError([{ path: '', rule: 'must not have a field named __proto__' }]);
  const result = parsed(schema, input);
  if (result.success) return result.data;
  throw new ControlError(result.error.issues.flatMap((problem) => faultsOf(problem)));
}

/** zod overflows the stack if an input has more than some 100,000 faults. */
function parsed<Schema extends z.ZodType>(schema: Schema, input: unknown) {
  try {
    return schema.safeParse(input);
  } catch (error) {
    if (error instanceof RangeError) throw new ControlError([{ path: '', rule: 'has too many faults to list' }]);
    throw error;
  }
}

/** Whether any object in the value has a field of that name. zod drops such a field without an error. */
function holdsProto(input: unknown): boolean {
  const unseen = [input];
  for (let value = unseen.pop(); value !== undefined; value = unseen.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) return true;
    for (const inner of Object.values(value)) if (typeof inner === 'object') unseen.push(inner);
  }
  return false;
}

function faultsOf(problem: z.core.$ZodIssue, outer: PropertyKey[] = []): ControlFault[] {
  const path = [...outer, ...problem.path];
  // The union's own message names no rule. The first alternative that passed the check of shape is the most specific.
  if (problem.code === 'invalid_union' && problem.errors.length > 0) {
    const [first] = problem.errors.toSorted((a, b) => depth(b) - depth(a));
    if (first !== undefined) return first.flatMap((inner) => faultsOf(inner, path));
  }
  return [{ path: path.map(String).join('.'), rule: problem.message }];
}

function depth(problems: readonly z.core.$ZodIssue[]): number {
  return Math.max(...problems.map(({ path }) => path.length));
}
