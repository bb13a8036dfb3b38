import type { PointedFault, Problem } from './answers.ts';
import { type ProblemName, problemTypes } from './problems.ts';

/** What one problem has beside its type. */
export interface ProblemParts {
  /** What is wrong here, and the fix. Default: the type's meaning and fix. It never has values of the caller. */
  detail?: string;
  errors?: PointedFault[];
  /** Why a command made nothing: the reason of its outcome. */
  reason?: string | undefined;
  /** Seconds after which the caller may try again. */
  retryAfter?: number;
  headers?: Readonly<Record<string, string>>;
}

/** A call that ends with a problem. */
export class HttpProblem extends Error {
  readonly problem: ProblemName;
  readonly parts: ProblemParts;

  constructor(problem: ProblemName, parts: ProblemParts = {}) {
    super(problem);
    this.name = 'HttpProblem';
    this.problem = problem;
    this.parts = parts;
  }
}

/** Where a problem occurs. */
export interface ProblemPlace {
  /** The address of the stage, without a trailing slash: `https://{host}/{stage}`. */
  base: string;
  /** API Gateway's ID of the call. */
  callId: string;
}

/** The body of a problem (RFC 9457). */
export function problemBody(
  name: ProblemName,
  { detail, errors, reason }: ProblemParts,
  { base, callId }: ProblemPlace,
): Problem {
  const { title, status, meaning, fix } = problemTypes[name];
  return {
    type: `${base}/problems#${name}`,
    title,
    status,
    detail: detail ?? `${meaning} ${fix}`.replaceAll('`', ''),
    instance: `urn:uuid:${callId}`,
    ...(reason !== undefined && { reason }),
    ...(errors !== undefined && errors.length > 0 && { errors }),
  };
}
