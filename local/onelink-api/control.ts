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

/** One thing wrong with what was asked of the emulator: where, and the rule it breaks. */
export interface ControlFault {
  path: string;
  rule: string;
}

/** A request to the emulator itself that makes no sense. */
export class ControlError extends Error {
  readonly faults: readonly ControlFault[];

  constructor(faults: readonly ControlFault[]) {
    super(faults.map(({ path, rule }) => `${path || 'body'}: ${rule}`).join('; '));
    this.faults = faults;
  }
}

/** What the emulated clock says. */
export interface ClockView {
  /** ISO 8601, whole seconds, UTC. */
  now: string;
  nowMilliseconds: number;
}

/** Milliseconds to move on by, or the instant that it shall be now. */
export type ClockChange = { advanceMilliseconds: number } | { set: string | number };

const clockChange = z.union([
  z.strictObject({ advanceMilliseconds: z.number().min(0).max(1e13) }),
  z.strictObject({ set: z.union([z.iso.datetime({ offset: true }), z.number().min(0).max(8e15)]) }),
]);
const preloadInput = z.array(preloadSchema).min(1);
const nothing = z.strictObject({});

/**
 * What a test may ask of the emulator. The library hands it out and the admin endpoints serve it, so that both take and
 * refuse the same; arguments are checked here, whoever passes them.
 *
 * All of it throws {@link ControlError} for arguments that break a rule.
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

  /** The same as lines of JSON. */
  *linkLines(): Generator<string> {
    for (const link of this.#emulator.store.all()) yield linkLine(this.#emulator, link);
  }

  /** @returns how many links were put in */
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

  /** @returns all faults now armed */
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

  /** As freshly started: no links, faults or figures; quota, windows, settings and clock as at the start. */
  reset(input: Record<string, never> = {}): void {
    checked(nothing, input);
    this.#emulator.reset();
  }
}

/** @throws ControlError with a path and a rule for everything that is wrong */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  if (holdsProto(input)) throw new ControlError([{ path: '', rule: 'must not have a field named __proto__' }]);
  const result = parsed(schema, input);
  if (result.success) return result.data;
  throw new ControlError(result.error.issues.flatMap((problem) => faultsOf(problem)));
}

/** zod runs out of stack where more than some 100,000 things are wrong. */
function parsed<Schema extends z.ZodType>(schema: Schema, input: unknown) {
  try {
    return schema.safeParse(input);
  } catch (error) {
    if (error instanceof RangeError) throw new ControlError([{ path: '', rule: 'has too many faults to list' }]);
    throw error;
  }
}

/** Whether a field of that name is somewhere in there, which zod would leave out without a word. */
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
  // A union's own message says nothing; the first alternative that got past its shape says most.
  if (problem.code === 'invalid_union' && problem.errors.length > 0) {
    const [first] = problem.errors.toSorted((a, b) => depth(b) - depth(a));
    if (first !== undefined) return first.flatMap((inner) => faultsOf(inner, path));
  }
  return [{ path: path.map(String).join('.'), rule: problem.message }];
}

function depth(problems: readonly z.core.$ZodIssue[]): number {
  return Math.max(...problems.map(({ path }) => path.length));
}
