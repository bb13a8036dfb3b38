import { Command, InvalidArgumentError } from 'commander';
import { count } from '../../cli/terminal/count-option.ts';
import { withUsageCode } from '../../cli/terminal/usage.ts';
import { explore } from './explore.ts';

const program = new Command('npm run test:model --')
  .description(
    'Runs the model with random interleavings, which differ in each run. Exits with 1 if an invariant breaks.',
  )
  .argument('[runs]', 'number of interleavings (default: 2000)', count(1, 100_000_000))
  .argument('[seed]', 'the same seed makes the same interleavings', count(0, 2 ** 32 - 1))
  .argument('[path]', 'path of an earlier counterexample, as the model printed it', (text) => {
    if (/^\d+(:\d+)*$/.test(text)) return text;
    throw new InvalidArgumentError('It must look like 17:2:0.');
  });
const [runs = 2_000, given, path] = withUsageCode(program).parse().processedArgs as [number?, number?, string?];
const seed = given ?? Math.floor(Math.random() * 2 ** 31);
console.log(`${runs} runs of the model, seed ${seed}`);
const startedAt = performance.now();
const found = await explore({ runs, seed, path });
console.log(found ?? `all invariants held, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
process.exitCode = found === undefined ? 0 : 1;
