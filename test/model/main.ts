import { explore } from './explore.ts';

/** `npm run test:model -- [runs] [seed] [path]`: many random interleavings, other ones each time. */
const [runs = '2000', given, path] = process.argv.slice(2);
const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
console.log(`${runs} runs of the model, seed ${seed}`);
const startedAt = performance.now();
const found = await explore({ runs: Number(runs), seed, path });
console.log(found ?? `all held, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
process.exitCode = found === undefined ? 0 : 1;
