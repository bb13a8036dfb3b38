import '../../bin/node-24.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument, Command } from 'commander';
import { count } from '../../cli/terminal/count-option.ts';
import { usageCode, withUsageCode } from '../../cli/terminal/usage.ts';
import { sayProgress } from '../report/progress.ts';
import type { BenchOptions, Item } from './item.ts';
import { coldStart } from './items/cold-start.ts';
import { cost } from './items/cost.ts';
import { cpu } from './items/cpu.ts';
import { fileCheck } from './items/file-check.ts';
import { fullRate } from './items/full-rate.ts';
import { longGrowth, shortGrowth } from './items/growth.ts';
import { http } from './items/http.ts';
import { latency } from './items/latency.ts';
import { month } from './items/month.ts';
import { quota } from './items/quota.ts';
import { rate } from './items/rate.ts';
import { refusals } from './items/refusals.ts';
import { sharing } from './items/sharing.ts';
import { sideBySide } from './items/side-by-side.ts';
import { lanesOption } from './world/lane-changes.ts';
import { describeMachine } from './world/machine.ts';
import { forgetAssemblies } from './world/synthesis.ts';

/** The key is the item's in bench.json. */
const items = {
  rate: { key: 'rate', run: rate },
  'full-rate': { key: 'fullRate', run: fullRate },
  refusals: { key: 'refusals', run: refusals },
  quota: { key: 'quotaEfficiency', run: quota },
  'side-by-side': { key: 'sideBySide', run: sideBySide },
  cpu: { key: 'cpuPerLink', run: cpu },
  'cold-start': { key: 'coldStart', run: coldStart },
  latency: { key: 'latency', run: latency },
  http: { key: 'httpLatency', run: http },
  growth: { key: 'growth', run: shortGrowth },
  sharing: { key: 'sharing', run: sharing },
  'file-check': { key: 'fileCheck', run: fileCheck },
  cost: { key: 'cost', run: cost },
  month: { key: 'month', run: month },
} as const satisfies Record<string, { key: string; run: Item }>;
type ItemName = keyof typeof items;

const whole = count(1, 999_999_999);

const program = new Command('npm run bench --')
  .description(
    'Measures the pipeline on the local cloud, against the emulator. Linux only. Exits with 1 if a promise is broken. Tables go to ' +
      'the standard output. All figures go to .local/out/bench.json, which keeps the figures of items that did not run.',
  )
  .addArgument(new Argument('[item]', 'runs only this item').choices(Object.keys(items)))
  .option('--seed <number>', 'seed of campaigns and faults', whole, 20260301)
  .option('--seconds <number>', 'length of each window of rate and latency', whole, 60)
  .option('--calls-per-second <number>', 'limit of the account (default: what this machine can sustain)', whole)
  .option(
    '--time-dilation <number>',
    'with full-rate: all clocks run so many times slower (default: as the limit and this machine’s cores need it)',
    whole,
  )
  .option('--commands <number>', 'size of the item’s campaigns', whole)
  .option('--only <words...>', 'runs only variants of the item whose names contain one of these words', [])
  .option(
    '--lanes <changes...>',
    'with month and full-rate: also with other settings of the lanes, as in transactional.rateShare=0.1,campaign.rateShare=0.836',
    lanesOption,
    [] as string[],
  )
  .option('--short', 'with growth: runs only the part that a run of all items includes', false);
withUsageCode(program).parse();
const flags = program.opts<Omit<BenchOptions, 'report'> & { short: boolean }>();
const [asked] = program.processedArgs as [ItemName | undefined];

if (process.platform !== 'linux') {
  console.error('The benchmark reads the CPU time of processes from /proc, so it runs on Linux only.');
  process.exit(usageCode);
}

// All that a run writes beside its results goes into one folder, also what its children write. An interrupted run removes it and ends its
// children, too. A SIGKILL leaves the folder, and environments that are stopped at that moment.
const temporary = mkdtempSync(join(tmpdir(), 'onelink-bench-'));
process.env.TMPDIR = temporary;
process.once('exit', () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => process.exit(128 + number));
}

const folder = fileURLToPath(new URL('../../.local/out/', import.meta.url));
const file = `${folder}bench.json`;
const report = sayProgress(performance.now());
/** Its ten variants take half an hour on two cores: only if it is named. */
const namedOnly: ReadonlySet<ItemName> = new Set(['full-rate']);
const ofAll = (Object.keys(items) as ItemName[]).filter((name) => !namedOnly.has(name));
const wanted: ItemName[] = asked === undefined ? ofAll : [asked];
const broken: string[] = [];
try {
  for (const name of wanted) {
    const { key } = items[name];
    // A ledger of a million records and a million commands run only if the item is named alone.
    const run: Item = name === 'growth' && asked === 'growth' && !flags.short ? longGrowth : items[name].run;
    const findings = await run({
      ...flags,
      callsPerSecond: flags.callsPerSecond,
      timeDilation: flags.timeDilation,
      commands: flags.commands,
      report,
    });
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
