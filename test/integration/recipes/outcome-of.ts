import type { Outcome } from '../../../client/index.ts';

/** Where a template's links lead when they have ended. */
export const ended = 'https://www.acme.example/';

/** Whether an outcome is the one that a story waits for. */
export const is = (requestId: string, outcome: Outcome['outcome']) => (one: Outcome) =>
  one.requestId === requestId && one.outcome === outcome;
