import { Command, InvalidArgumentError } from 'commander';
import { count } from '../../cli/terminal/count-option.ts';
import { withUsageCode } from '../../cli/terminal/usage.ts';
import { explore, type Model } from './explore.ts';

const program = new Command('npm run test:model --')
  .description(
    'Runs the model with random interleavings, which differ in each run: of commands in queues, and of calls over HTTP. ' +
      'Exits with 1 if an invariant breaks.',
  )
  .option('--http', 'only calls over HTTP')
  .argument('[runs]', 'number of interleavings of each kind (default: 2000)', count(1, 100_000_000))
  .argument('[seed]', 'the same seed makes the same interleavings', count(0, 2 ** 32 - 1))
  .argument('[path]', 'path of an earlier counterexample, as the model printed it', (text) => {
    if (/^\d+(:\d+)*$/.test(text)) return text;
    throw new InvalidArgumentError('It must look like 17:2:0.');
  });
const parsed = withUsageCode(program).parse();
const [runs = 2_000, given, path] = parsed.processedArgs as [number?, number?, string?];
const isHttpOnly = parsed.opts<{ http?: true }>().http === true;
const seed = given ?? Math.floor(Math.random() * 2 ** 31);
// A path belongs to one kind of interleavings.
const models: readonly Model[] = isHttpOnly ? ['http'] : path === undefined ? ['commands', 'http'] : ['commands'];
const words: Readonly<Record<Model, string>> = { commands: 'the model', http: 'calls over HTTP' };
for (const model of models) {
  console.log(`${runs} runs of ${words[model]}, seed ${seed}`);
  const startedAt = performance.now();
  const found = await explore({ model, runs, seed, path });
  console.log(found ?? `all invariants held, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  if (found !== undefined) process.exitCode = 1;
}
