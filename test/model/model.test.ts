import { expect, it } from 'vitest';
import { explore } from './explore.ts';

/** These runs take a few seconds and are always the same. `npm run test:model` runs others. */
const runs = 600;
const seed = 20_260_301;

it(`${runs} random interleavings (seed ${seed}) keep the promises to producers`, { timeout: 60_000 }, async () => {
  expect(await explore({ runs, seed })).toBeUndefined();
});
