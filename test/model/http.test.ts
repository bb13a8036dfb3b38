import fc from 'fast-check';
import { expect, it } from 'vitest';
import { httpFaults } from './http/http-invariants.ts';
import { httpSteps, runHttp } from './http/http-steps.ts';

/** Always the same. A run takes some milliseconds. */
const runs = 300;
const seed = 20_261_128;

it(`${runs} random interleavings of calls over HTTP (seed ${seed}) make one link for a key, and one answer`, {
  timeout: 120_000,
}, async () => {
  const property = fc.asyncProperty(httpSteps, async (steps) => {
    expect(await httpFaults(await runHttp(steps))).toEqual([]);
  });
  await fc.assert(property, { numRuns: runs, seed });
});
