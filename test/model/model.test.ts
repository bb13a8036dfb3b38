import { expect, it } from 'vitest';
import { explore } from './explore.ts';

/** As many as take a few seconds, and always the same ones; `npm run test:model` goes on from there. */
const runs = 600;
const seed = 20_260_301;

it(`${runs} random interleavings (seed ${seed}) keep what producers are promised`, { timeout: 60_000 }, async () => {
  expect(await explore({ runs, seed })).toBeUndefined();
});
