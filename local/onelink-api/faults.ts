import * as z from 'zod';
import { apiVersions, type Call, operations } from './operations.ts';

const operation = z.enum(operations);
const contentType = z.string().regex(/^[\t\x20-\x7e]+$/, 'printable ASCII, as a header holds it');
const milliseconds = z.number().min(0).max(600_000);

/** The calls that a fault applies to. */
const where = {
  /** One operation, several, or `any`. */
  operation: z.union([operation, z.array(operation).min(1), z.literal('any')]).default('any'),
  /** The number of matching calls that the fault applies to: 1 by default, unlimited if a probability is given. */
  times: z.int().min(1).optional(),
  /** Applies the fault to each matching call with this probability, not to every call. */
  probability: z.number().gt(0).max(1).optional(),
  /** Makes the random draws repeatable. */
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  /** Only calls of this version of the API. */
  api: z.enum(apiVersions).optional(),
  /** Only calls of this template. */
  onelinkId: z.string().min(1).optional(),
  /** Only calls of this link; for a create of v2.0, the `shortlink_id` of its body. */
  shortlinkId: z.string().min(1).optional(),
};

/** The answer of an error fault. A field left out has the API's own value for that status. */
const error = {
  status: z.int().min(200).max(599),
  errorType: z.string().optional(),
  message: z.string().optional(),
  /** The whole body, unchanged, instead of the error object. */
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
  /** The API answers an error and the call has no effect. */
  z.strictObject({ kind: z.literal('status'), ...where, ...error }),
  /** The call takes effect, then the API answers an error. */
  z.strictObject({ kind: z.literal('error-after'), ...where, ...error, status: error.status.default(500) }),
  /** The connection is reset and the call has no effect. */
  z.strictObject({ kind: z.literal('reset-before'), ...where }),
  /** The call takes effect, then the connection is reset. */
  z.strictObject({ kind: z.literal('reset-after'), ...where }),
  /** The API never answers. The setting decides whether the call takes effect. */
  z.strictObject({ kind: z.literal('hang'), ...where, when: z.enum(['before', 'after']).default('before') }),
  /** The head of the true answer is sent at once, and its body in pieces over this time. */
  z.strictObject({ kind: z.literal('slow-body'), ...where, milliseconds }),
  /** Half of the true answer's body is sent, then the connection closes. */
  z.strictObject({ kind: z.literal('truncated'), ...where }),
  /** The call takes effect with its true status, but the body is not JSON. */
  z.strictObject({
    kind: z.literal('not-json'),
    ...where,
    body: z.string().default('<html><body>Bad gateway</body></html>'),
  }),
  /** The true answer is sent under another content type. */
  z.strictObject({ kind: z.literal('wrong-content-type'), ...where, contentType: contentType.default('text/html') }),
]);

/** A fault as requested. */
export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** A fault that is armed. */
export interface ArmedFault {
  fault: Fault;
  /** The number of calls that it still applies to. Undefined: unlimited. */
  remaining: number | undefined;
  played: number;
}

/** The faults in the order of arming. The first fault that matches applies to a call, and no other. */
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

  /** The faults with calls left. */
  list(): ArmedFault[] {
    return this.#armed.map(({ fault, remaining, played }) => ({ fault, remaining, played }));
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault for this call, if any. `shortlinkId` comes from the path, or from the body of a create. */
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
  if (fault.api !== undefined && fault.api !== call.api) return false;
  if (fault.onelinkId !== undefined && fault.onelinkId !== call.onelinkId) return false;
  return fault.shortlinkId === undefined || fault.shortlinkId === shortlinkId;
}

/** Mulberry32: uniform numbers from 0 to below 1, the same for the same seed. */
function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
