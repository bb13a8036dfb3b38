import '../../bin/node-24.mjs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Argument, Command } from 'commander';
import { count } from '../../cli/terminal/count-option.ts';
import { usageCode, withUsageCode } from '../../cli/terminal/usage.ts';
import { sayProgress } from '../report/progress.ts';
import type { BenchOptions, Item } from './item.ts';
import { coldStart } from './items/cold-start.ts';
import { cost } from './items/cost.ts';
import { cpu } from './items/cpu.ts';
import { longGrowth, shortGrowth } from './items/growth.ts';
import { latency } from './items/latency.ts';
import { quota } from './items/quota.ts';
import { rate } from './items/rate.ts';
import { sideBySide } from './items/side-by-side.ts';
import { describeMachine } from './world/machine.ts';
import { forgetAssemblies } from './world/synthesis.ts';

/** In the order of docs/performance.md. The key is the item's in bench.json. */
const items = {
  rate: { key: 'rate', run: rate },
  quota: { key: 'quotaEfficiency', run: quota },
  'side-by-side': { key: 'sideBySide', run: sideBySide },
  cpu: { key: 'cpuPerLink', run: cpu },
  'cold-start': { key: 'coldStart', run: coldStart },
  latency: { key: 'latency', run: latency },
  growth: { key: 'growth', run: shortGrowth },
  cost: { key: 'cost', run: cost },
} as const satisfies Record<string, { key: string; run: Item }>;
type ItemName = keyof typeof items;

const whole = count(1, 999_999_999);

const program = new Command('npm run bench --')
  .description(
    'Measures the pipeline on the local cloud, against the emulator: Linux only. Ends with 1 when a promise did not hold. ' +
      'Tables go to the standard output, all figures to .local/out/bench.json, where items that did not run stay as they were.',
  )
  .addArgument(new Argument('[item]', 'only this one').choices(Object.keys(items)))
  .option('--seed <number>', 'of campaigns and faults', whole, 20260301)
  .option('--seconds <number>', 'of each window of rate and latency', whole, 60)
  .option(
    '--calls-per-second <number>',
    'the limit of the account to run at; default: what this machine carries',
    whole,
  )
  .option('--commands <number>', 'size of the campaigns of an item', whole)
  .option('--only <words...>', 'only the variants of an item whose name holds one of these', [])
  .option('--short', 'with growth: no more of it than a run of everything does', false);
withUsageCode(program).parse();
const flags = program.opts<Omit<BenchOptions, 'say'> & { short: boolean }>();
const [asked] = program.processedArgs as [ItemName | undefined];

if (process.platform !== 'linux') {
  console.error('What a process uses is read from /proc: this runs on Linux only.');
  process.exit(usageCode);
}

const folder = fileURLToPath(new URL('../../.local/out/', import.meta.url));
const file = `${folder}bench.json`;
const say = sayProgress(performance.now());
const wanted: ItemName[] = asked === undefined ? (Object.keys(items) as ItemName[]) : [asked];
const broken: string[] = [];
try {
  for (const name of wanted) {
    const { key } = items[name];
    // A ledger of a million records, and a million commands, only for who asks for it alone.
    const run: Item = name === 'growth' && asked === 'growth' && !flags.short ? longGrowth : items[name].run;
    const findings = await run({ ...flags, callsPerSecond: flags.callsPerSecond, commands: flags.commands, say });
    await keep(key, findings.figures);
    console.log(`${findings.table}\n`);
    broken.push(...findings.broken);
  }
} finally {
  await forgetAssemblies();
}
for (const promise of broken) console.log(`BROKEN: ${promise}`);
process.exit(broken.length === 0 ? 0 : 1);

async function keep(key: string, figures: Record<string, unknown>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const kept = await readFile(file, 'utf8').then(JSON.parse, () => ({}));
  const entry = { measuredAt: new Date().toISOString(), seed: flags.seed, machine: describeMachine(), ...figures };
  await writeFile(file, `${JSON.stringify({ ...kept, [key]: entry }, null, 2)}\n`);
}
