import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { figuresOf, type MonthFigures } from '../month/findings/figures.ts';
import { brokenPromises } from '../month/findings/judge.ts';
import { play } from '../month/play.ts';
import { drawMonth } from '../month/plots/month-plots.ts';
import { burstCommands, march } from '../month/traffic/calendar.ts';
import { type MonthSize, monthSize } from '../month/world/size.ts';
import { asConfigured, withLanes } from '../world/lane-changes.ts';
import { variantAt, variantPipeline } from '../world/synthesis.ts';

/** The month's commands, and its quota: a hundredth of the account's. */
const usualCommands = 75_000;
const from = Date.parse('2026-03-01T00:00:00Z');
const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Run {
  size: MonthSize;
  figures: MonthFigures;
}

/** A whole month in simulated time, once for each choice of the lanes. */
export async function month(options: BenchOptions): Promise<Findings> {
  const { report, seed, only, commands = usualCommands, lanes, callsPerSecond } = options;
  const least = Math.ceil((march.burstsAtHours.length * burstCommands) / march.transactionalShare);
  if (commands < least) {
    const because = `its bursts alone have ${march.burstsAtHours.length} × ${burstCommands} commands of the transactional lane`;
    throw new Error(`--commands: a month has at least ${least}, because ${because}; got ${commands}`);
  }
  const variant = callsPerSecond === undefined ? {} : variantAt({ callsPerSecond });
  const names = [asConfigured, ...lanes].filter(
    (name) => only.length === 0 || only.some((part) => name.includes(part)),
  );
  // A choice that cannot be planned ends the item before the first month is played.
  const sizes = names.map((name) => [name, monthSize(variantPipeline(withLanes(variant, name)), commands)] as const);
  const runs: Record<string, Run> = {};
  const broken: string[] = [];
  const plotted: string[] = [];
  for (const [name, size] of sizes) {
    report(`month: ${name}: ${size.arithmetic}`);
    const played = await play({
      size,
      calendar: march,
      from,
      commands,
      seed,
      report: (line) => report(`month: ${line}`),
    });
    runs[name] = { size, figures: figuresOf(played, march) };
    broken.push(...brokenPromises(played).map((promise) => `month, ${name}: ${promise}`));
    const folder = `.local/out/month/${name.replaceAll(/[^A-Za-z0-9.]+/g, '-')}`;
    const rate = callsPerSecond === undefined ? '' : ` --calls-per-second ${callsPerSecond}`;
    const madeBy = `npm run bench -- month --seed ${seed} --commands ${commands}${rate}: ${name}`;
    const files = await drawMonth(join(root, folder), played, march, madeBy);
    report(`month: ${files.length} plots in ${folder}`);
    plotted.push(`Plots, ${name}: ${folder}/*.svg`);
  }
  const figures = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, figuresIn(run)]));
  return { figures: { runs: figures }, table: `${tables(runs)}\n\n${plotted.join('\n')}`, broken };
}

function figuresIn({ size, figures }: Run) {
  const { scale, arithmetic, monthlyQuotaCalls } = size;
  const reduced = Object.fromEntries(size.lanes.map(({ name, reduced: words }) => [name, words ?? null]));
  return { scale, arithmetic, monthlyQuotaCalls, reduced, ...figures };
}

function tables(runs: Record<string, Run>): string {
  const all = Object.entries(runs);
  const [first] = all;
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const parts = [
    table(
      [
        'a month in simulated time',
        'commands',
        'quota calls per change',
        'transactional above the API’s, p50',
        'p95',
        'p99',
        'above one call’s, p50',
        'p99',
        'last of a burst of 500, median',
        'most',
        'fullest second ≤ plan',
        '429 of our making',
      ],
      all.map(([name, { figures }]) => [
        name,
        whole(figures.commands),
        figures.quotaCallsPerWrite.toFixed(4),
        `${figures.calmLatencyMilliseconds.p50} ms`,
        `${figures.calmLatencyMilliseconds.p95} ms`,
        `${figures.calmLatencyMilliseconds.p99} ms`,
        `${figures.calmLatencyAboveOneCallMilliseconds.p50} ms`,
        `${figures.calmLatencyAboveOneCallMilliseconds.p99} ms`,
        `${figures.burstSeconds.median.toFixed(1)} s`,
        `${figures.burstSeconds.most.toFixed(1)} s`,
        `${figures.fullestSecond} ≤ ${figures.plannedCallsPerSecond}`,
        figures.ownTooManyRequests,
      ]),
    ),
    table(
      [
        'the month’s quota',
        'used',
        'asked for',
        'forecast on day 7',
        '14',
        '21',
        '28',
        'most parked',
        'their last outcome after the turn',
        'caught up after the outage',
        'after the token',
        'links renewed',
        'expired',
        'QR codes',
      ],
      all.map(([name, { figures }]) => [
        name,
        `${figures.quotaUsedPercent.toFixed(1)} %`,
        `${figures.quotaAskedPercent.toFixed(0)} %`,
        ...[7, 14, 21, 28].map((day) => {
          const forecast = figures.forecasts.find((one) => one.day === day);
          return forecast === undefined ? '–' : `${forecast.projectedPercent.toFixed(0)} %`;
        }),
        whole(figures.mostParked),
        `${figures.minutesToReplay.toFixed(1)} min`,
        ...['outage', 'token'].map((kind) => {
          const minutes = figures.caughtUpMinutes.find(({ event }) => event === kind)?.minutes;
          return minutes === undefined ? '–' : `${minutes.toFixed(1)} min`;
        }),
        whole(figures.linksRenewed),
        whole(figures.linksExpired),
        whole(figures.qrCodes),
      ]),
    ),
  ];
  if (first !== undefined) {
    const [name, { figures }] = first;
    parts.push(
      table(
        ['custom metrics', 'written', 'billed, in months of one metric', 'with all commands of the quota'],
        all.map(
          ([
            one,
            {
              figures: { metrics },
            },
          ]) => [one, metrics.written, metrics.billedMonths.toFixed(1), metrics.billedMonthsAtFullVolume.toFixed(1)],
        ),
      ),
    );
    parts.push(
      table(
        [`campaigns, ${name}`, 'rows', 'from the file to the last outcome', 'links/s', 'rows parked'],
        figures.campaigns.map(({ name: campaign, rows, minutes, linksPerSecond, parkedRows }) => [
          campaign,
          whole(rows),
          `${minutes.toFixed(1)} min`,
          // Of a campaign that has waited for quota, the rate shows nothing.
          linksPerSecond >= 1 ? linksPerSecond.toFixed(0) : '–',
          whole(parkedRows),
        ]),
      ),
    );
  }
  return parts.join('\n\n');
}
