import * as z from 'zod';
import type { Call } from './operations.ts';
import { operations } from './operations.ts';

const operation = z.enum(operations);
const contentType = z.string().regex(/^[\t\x20-\x7e]+$/, 'printable ASCII, as a header holds it');
const milliseconds = z.number().min(0).max(600_000);

/** Which calls a fault is played on. */
const where = {
  /** One operation, several, or `any`. */
  operation: z.union([operation, z.array(operation).min(1), z.literal('any')]).default('any'),
  /** Played on the next so many matching calls; 1, or without end when a probability is given. */
  times: z.int().min(1).optional(),
  /** Played on each matching call with this chance instead of on every one. */
  probability: z.number().gt(0).max(1).optional(),
  /** Makes the chances repeatable. */
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  /** Only calls of this template. */
  onelinkId: z.string().min(1).optional(),
  /** Only calls of this link; for a create, the `shortlink_id` of its body. */
  shortlinkId: z.string().min(1).optional(),
};

/** What an error fault answers; what is left out is what the API would say with that status. */
const error = {
  status: z.int().min(200).max(599),
  errorType: z.string().optional(),
  message: z.string().optional(),
  /** The whole body, as it is, instead of the error object. */
  body: z.string().optional(),
  contentType: contentType.optional(),
};

export const faultSchema = z.discriminatedUnion('kind', [
  /** A delay, before the call takes effect or between the effect and the answer. */
  z.strictObject({
    kind: z.literal('latency'),
    ...where,
    milliseconds,
    jitterMilliseconds: milliseconds.default(0),
    when: z.enum(['before', 'after']).default('before'),
  }),
  /** An error instead of the call: nothing takes effect. */
  z.strictObject({ kind: z.literal('status'), ...where, ...error }),
  /** The call takes effect, then an error is answered. */
  z.strictObject({ kind: z.literal('error-after'), ...where, ...error, status: error.status.default(500) }),
  /** The connection is reset: nothing takes effect. */
  z.strictObject({ kind: z.literal('reset-before'), ...where }),
  /** The call takes effect, then the connection is reset. */
  z.strictObject({ kind: z.literal('reset-after'), ...where }),
  /** No answer ever comes; the call takes effect or not. */
  z.strictObject({ kind: z.literal('hang'), ...where, when: z.enum(['before', 'after']).default('before') }),
  /** The head of the true answer at once, its body piece by piece over this time. */
  z.strictObject({ kind: z.literal('slow-body'), ...where, milliseconds }),
  /** Half of the true answer's body, then the connection closes. */
  z.strictObject({ kind: z.literal('truncated'), ...where }),
  /** The call takes effect; its status stands, but the body is no JSON. */
  z.strictObject({
    kind: z.literal('not-json'),
    ...where,
    body: z.string().default('<html><body>Bad gateway</body></html>'),
  }),
  /** The true answer under another content type. */
  z.strictObject({ kind: z.literal('wrong-content-type'), ...where, contentType: contentType.default('text/html') }),
]);

/** A fault as it is asked for. */
export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** A fault that waits for its calls. */
export interface ArmedFault {
  fault: Fault;
  /** Calls it will still be played on; undefined: without end. */
  remaining: number | undefined;
  played: number;
}

/** The faults in the order they were given. A call plays the first that matches it, and no more than that one. */
export class FaultPlan {
  #armed: (ArmedFault & { chance: () => number })[] = [];

  add(fault: Fault): void {
    this.#armed.push({
      fault,
      remaining: fault.times ?? (fault.probability === undefined ? 1 : undefined),
      played: 0,
      chance: seededChance(fault.seed),
    });
  }

  /** Those not yet played out. */
  list(): ArmedFault[] {
    return this.#armed.map(({ fault, remaining, played }) => ({ fault, remaining, played }));
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault to play on this call, if any; `shortlinkId` is the one in the path or in a create's body. */
  take(call: Call, shortlinkId: string): Fault | undefined {
    for (const [index, armed] of this.#armed.entries()) {
      const { fault } = armed;
      if (!matches(fault, call, shortlinkId)) continue;
      if (fault.probability !== undefined && armed.chance() >= fault.probability) continue;
      armed.played += 1;
      if (armed.remaining !== undefined) {
        armed.remaining -= 1;
        if (armed.remaining === 0) this.#armed.splice(index, 1);
      }
      return fault;
    }
    return undefined;
  }
}

function matches(fault: Fault, call: Call, shortlinkId: string): boolean {
  const { operation: wanted } = fault;
  if (wanted !== 'any' && wanted !== call.operation && !wanted.includes(call.operation)) return false;
  if (fault.onelinkId !== undefined && fault.onelinkId !== call.onelinkId) return false;
  return fault.shortlinkId === undefined || fault.shortlinkId === shortlinkId;
}

/** Mulberry32: even chances from 0 to below 1, the same for the same seed. */
function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
