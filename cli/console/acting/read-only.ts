import type { MiddlewareHandler } from 'hono';
import { ProblemError } from '../problem.ts';
import type { ConsoleWorld } from '../world.ts';

/** Marks a route that changes something. With `--read-only`, the server refuses it before it reads the request. */
export function acting({ readOnly }: Pick<ConsoleWorld, 'readOnly'>): MiddlewareHandler {
  return async (_, next) => {
    if (readOnly) throw new ProblemError('read-only', 'The console was started with --read-only. It changes nothing.');
    await next();
  };
}
