import '../../bin/node-24.mjs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { count } from '../../cli/terminal/count-option.ts';
import { usageCode, withUsageCode } from '../../cli/terminal/usage.ts';
import { type Dialect, dialects } from '../../lambdas/domain/onelink/dialect.ts';
import { weatherWords } from '../../local/start/report/weather-words.ts';
import { kindsListed, seed as seedGiven } from '../../local/start/weather-option.ts';
import type { WeatherKind } from '../../local/weather/kinds.ts';
import { WeatherPlan } from '../../local/weather/plan.ts';
import { sayProgress } from '../report/progress.ts';
import { forgetAssembly } from '../world/assembly.ts';
import { type Account, isSound } from './agreement/account.ts';
import { campaignTables } from './report/campaign-tables.ts';
import { httpTables } from './report/http-tables.ts';
import { accountsTable, allAtOnceTables, crashTable, lostAnswersTable, quotaTable } from './report/tables.ts';
import { type AllAtOnce, allAtOnce } from './scenarios/all-at-once/all-at-once.ts';
import { type CampaignCrashes, campaignCrashPoints } from './scenarios/campaign/campaign-crash-points.ts';
import { type CrashAction, type CrashResult, crashActions, crashPoints } from './scenarios/crash-points.ts';
import { casesOf } from './scenarios/dialect-cases.ts';
import { type HttpCrashes, httpCrashPoints } from './scenarios/http/http-crash-points.ts';
import { isAsExpected, type LostAnswer, lostAnswers } from './scenarios/lost-answers.ts';
import { randomKills } from './scenarios/random-kills.ts';
import { slowCopy } from './scenarios/slow-copy.ts';
import { storm } from './scenarios/storm.ts';

const scenarios = [
  'crash-points',
  'campaign-crash-points',
  'http-crash-points',
  'lost-answers',
  'slow-copy',
  'random-kills',
  'all-at-once',
  'weather',
] as const;
type Scenario = (typeof scenarios)[number];
interface Flags {
  seed: number;
  kills: number;
  patience: number;
  scenario?: Scenario;
  api?: Dialect;
  action?: CrashAction[];
  weather?: number | true;
  weatherKinds?: WeatherKind[];
  messages: number;
  rows?: number;
}

const program = new Command('npm run test:faults --')
  .description(
    'Kills functions at each of their requests and at random, spoils answers of the OneLink API, and degrades services. Then it compares ' +
      'API, ledger, bucket and outcomes. Linux only. Exits with 1 if they contradict each other.',
  )
  .option('--seed <number>', 'seed of the campaign, the kills and the delays', seedGiven, Date.now() % 1_000_000)
  .option('--kills <number>', 'kills in each of the scenarios random-kills and all-at-once', count(0, 1_000_000), 1_000)
  .option(
    '--patience <seconds>',
    'time without a new outcome, after the last kill, before messages without an outcome count as lost',
    count(1, 86_400),
    120,
  )
  .option('--weather [seed]', 'only the scenario weather: degraded services, by a plan with this seed', seedGiven)
  .option(
    '--weather-kinds <list>',
    'kinds of degradation in the scenario weather, by name or by a prefix of several names',
    kindsListed,
  )
  .option('--messages <number>', 'messages in the scenario weather', count(1, 100_000_000), 3_000)
  .option(
    '--rows <number>',
    'rows of an odd file in the scenario campaign-crash-points, whose functions are then killed at ten random points only',
    count(20, 1_000_000),
  )
  .addOption(
    new Option('--api <version>', 'only this version of the API, in crash-points and lost-answers').choices([
      ...dialects,
    ]),
  )
  .addOption(new Option('--action <name...>', 'only these actions, in crash-points').choices([...crashActions]))
  .addOption(new Option('--scenario <name>', 'only this scenario').choices([...scenarios]).conflicts('weather'))
  .addHelpText('after', '\nThe tables go to the standard output. All results go to .local/out/faults.json.');
const { seed, kills, patience, weather, weatherKinds, messages, rows, api, action, ...flags } = withUsageCode(program)
  .parse()
  .opts<Flags>();

if (process.platform !== 'linux') {
  console.error('The test reads from /proc which process sent a request, so it runs on Linux only.');
  process.exit(usageCode);
}

const scenario = weather === undefined ? flags.scenario : 'weather';
const plan = new WeatherPlan({
  seed: typeof weather === 'number' ? weather : seed,
  strength: 'storm',
  ...(weatherKinds !== undefined && { kinds: weatherKinds }),
});

const versions = dialects.filter((dialect) => api === undefined || api === dialect);
const report = sayProgress(performance.now());
const wanted = (name: Scenario) => scenario === undefined || scenario === name;
const accounts: Account[] = [];
const crashes: { dialect: Dialect; results: CrashResult[] }[] = [];
const cells: { dialect: Dialect; cells: LostAnswer[] }[] = [];
let mixed: AllAtOnce | undefined;
let campaign: CampaignCrashes | undefined;
let http: HttpCrashes | undefined;

report(`seed ${seed}`);
try {
  if (wanted('crash-points')) {
    for (const dialect of versions) {
      const actions = casesOf(dialect).actions.filter((one) => action?.includes(one) ?? true);
      const found = await crashPoints(actions, seed, report, dialect);
      accounts.push(...found.accounts);
      crashes.push({ dialect, results: found.results });
    }
  }
  if (wanted('campaign-crash-points')) {
    const each = { rows: 300, randomKills: 10, sides: 'both' } as const;
    const size = rows === undefined ? each : ({ rows, randomKills: 10, sides: 'none', odd: true } as const);
    campaign = await campaignCrashPoints({ ...size, seed, patienceSeconds: patience }, report);
  }
  if (wanted('http-crash-points')) {
    const each = { randomKills: 10, workerKills: 40, sides: 'both' } as const;
    http = await httpCrashPoints({ ...each, seed, patienceSeconds: patience }, report);
  }
  if (wanted('lost-answers')) {
    for (const dialect of versions) {
      const found = await lostAnswers(casesOf(dialect).spoilings, seed, report, dialect);
      accounts.push(found.account);
      cells.push({ dialect, cells: found.cells });
    }
  }
  if (wanted('slow-copy')) accounts.push(await slowCopy(seed));
  if (wanted('random-kills')) accounts.push(await randomKills({ kills, seed, patienceSeconds: patience }, report));
  if (wanted('weather')) accounts.push(await storm({ weather: plan, messages, patienceSeconds: patience }, report));
  if (wanted('all-at-once')) {
    mixed = await allAtOnce({ kills, seed, patienceSeconds: patience }, report);
    accounts.push(mixed.account);
  }
} finally {
  await forgetAssembly();
}

const folder = fileURLToPath(new URL('../../.local/out/', import.meta.url));
await mkdir(folder, { recursive: true });
await writeFile(
  `${folder}faults.json`,
  `${JSON.stringify({ seed, scenarios: accounts, crashes, lostAnswers: cells, allAtOnce: mixed, campaign, http }, null, 2)}\n`,
);

for (const { dialect, results } of crashes) console.log(`API ${dialect}\n\n${crashTable(results)}\n`);
for (const { dialect, cells: ofDialect } of cells) {
  console.log(`API ${dialect}. Outcome · links made · quota calls:\n\n${lostAnswersTable(ofDialect)}\n`);
}
if (mixed !== undefined) console.log(`${allAtOnceTables(mixed)}\n`);
if (campaign !== undefined) console.log(`${campaignTables(campaign)}\n`);
if (http !== undefined) console.log(`${httpTables(http)}\n`);
if (accounts.length > 0) console.log(`${accountsTable(accounts)}\n\n${quotaTable(accounts)}\n`);
console.log(`seed ${seed}`);
if (wanted('weather')) console.log(weatherWords(plan).join('\n'));
for (const { scenario: name, disagreements } of accounts) {
  for (const disagreement of disagreements) console.log(`${name}: ${disagreement}`);
}
for (const { drop, disagreements } of campaign?.drops ?? []) {
  for (const disagreement of disagreements) console.log(`campaign, ${drop} file: ${disagreement}`);
}
for (const disagreement of http?.disagreements ?? []) console.log(`links over HTTP: ${disagreement}`);
const unexpected = cells.flatMap((of) => of.cells).filter((cell) => !isAsExpected(cell));
// Without this call, Node 24 may loop without end while it frees its handles, after a thousand reset connections.
const hasSoundCampaign = (campaign?.drops ?? []).every(({ disagreements }) => disagreements.length === 0);
const isHttpSound = (http?.disagreements ?? []).length === 0;
process.exit(accounts.every(isSound) && hasSoundCampaign && isHttpSound && unexpected.length === 0 ? 0 : 1);
