import fc from 'fast-check';
import { property } from './property.ts';

export interface Exploration {
  runs: number;
  /** The same seed makes the same interleavings. */
  seed: number;
  /** The path of an earlier counterexample, which this run starts from. */
  path?: string | undefined;
}

/** Runs the model. @returns undefined if no invariant broke, else the shrunk interleaving as text */
export async function explore({ runs, seed, path }: Exploration): Promise<string | undefined> {
  const found = await fc.check(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
  if (!found.failed) return undefined;
  const [scenario] = found.counterexample ?? [];
  const cause = found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  return [
    `seed ${found.seed}, path ${found.counterexamplePath}, after ${found.numRuns} runs and ${found.numShrinks} shrinks`,
    `to run it again: npm run test:model -- 1 ${found.seed} ${found.counterexamplePath}`,
    '',
    cause,
    '',
    JSON.stringify(scenario),
  ].join('\n');
}
