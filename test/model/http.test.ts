import { expect, it } from 'vitest';
import { explore } from './explore.ts';

/** Always the same. `npm run test:model` runs others. */
const runs = 300;
const seed = 20_261_128;

it(`${runs} random interleavings of calls over HTTP (seed ${seed}) make one link for a key, and one answer`, {
  timeout: 120_000,
}, async () => {
  expect(await explore({ model: 'http', runs, seed })).toBeUndefined();
});
