import fc from 'fast-check';
import { httpProperty } from './http/http-property.ts';
import { property } from './property.ts';

/** What is interleaved: commands in queues, or calls over HTTP with the same keys. */
export type Model = 'commands' | 'http';

export interface Exploration {
  runs: number;
  /** The same seed makes the same interleavings. */
  seed: number;
  /** The path of an earlier counterexample, which this run starts from. */
  path?: string | undefined;
  model?: Model;
}

/** Runs the model. @returns undefined if no invariant broke, else the shrunk interleaving as text */
export function explore({ model = 'commands', ...options }: Exploration): Promise<string | undefined> {
  return model === 'http' ? checked(httpProperty, options, '--http ') : checked(property, options, '');
}

async function checked<Input>(
  property: fc.IAsyncProperty<[Input]>,
  { runs, seed, path }: Exploration,
  flag: string,
): Promise<string | undefined> {
  const found = await fc.check(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
  if (!found.failed) return undefined;
  const [scenario] = found.counterexample ?? [];
  const cause = found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  return [
    `seed ${found.seed}, path ${found.counterexamplePath}, after ${found.numRuns} runs and ${found.numShrinks} shrinks`,
    `to run it again: npm run test:model -- ${flag}1 ${found.seed} ${found.counterexamplePath}`,
    '',
    cause,
    '',
    JSON.stringify(scenario),
  ].join('\n');
}
