import { Command, InvalidArgumentError } from 'commander';
import type { FileMessage } from '../../files/message-file.ts';
import { openMessages } from '../../files/message-source.ts';
import { placeWords } from '../../files/place-words.ts';
import { type LaneLoad, sustained } from '../../pipeline/campaign/lane-times.ts';
import { type ConfiguredPipeline, plansOf } from '../../pipeline/configured-pipeline.ts';
import { laneReader } from '../../pipeline/lane-reader.ts';
import { lanesNamed } from '../../pipeline/lanes-at-work.ts';
import { count } from '../../terminal/count-option.ts';
import { defaultLaneOf } from '../../terminal/lane-choice.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { withNeeds } from '../../terminal/usage.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n, visible } from '../../words/words.ts';
import { DryRun, type RowFinding } from './dry-run.ts';
import { figuresOf, quotaOf, readable } from './plan-figures.ts';
import { planWords, readingOf, readingWords } from './plan-report.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { fine: 0, findings: 1, notDone: 2 } as const;

/** Rows with these findings get a good outcome. */
const harmless: ReadonlySet<RowFinding['finding']> = new Set(['repeat', 'near-name']);

/** How many rows of each finding are printed. --json prints all. */
const rowsNamed = 20;

interface Options extends VerbOptions {
  file?: string;
  links?: number;
  deletes?: number;
  qr?: number;
  by?: number;
  reads?: number;
  lane?: string;
}

export function planCommand(): Command {
  const command = new Command('plan')
    .description(
      'Estimates a campaign: its time, its share of the quota, whether the quota is enough, and its cost at AWS.',
    )
    .argument('[file]', 'commands, in a format that onelink send reads; the plan checks each and sends nothing')
    .option('--links <number>', 'instead of a file: the number of creates', count(1, 1_000_000_000))
    .option(
      '--deletes <number>',
      'instead of a file: the number of deletes, as of an erasure or a retired campaign',
      count(1, 1_000_000_000),
    )
    .option('--qr <number>', 'with --links: how many of them have a QR code', count(0, 1_000_000_000))
    .option('--reads <number>', 'how long tools such as verify take to read so many links', count(1, 1_000_000_000))
    .option('--by <date>', 'when it must be done: 2026-12-01 (its beginning, UTC) or an RFC 3339 time', instant)
    .option(
      '--lane <name>',
      'the lane (default: each source’s first lane; for --links and --deletes, the fastest lane)',
    )
    .option('--json', 'print one JSON object for each row with a finding, and one for the plan at the end');
  return pipelineVerb(
    withNeeds(command, { qr: 'links' }),
    `
The plan reads lib/config/config.ts, and needs no AWS account. With --stack or --local, it also reads the quota that is left
and the governor's forecast from that pipeline's control record. The deletes of running erasures (onelink subject erase) count
as spent. Otherwise it calculates with the whole month's quota.

With a file, the plan checks each row as its lane would, if you sent the row now: rules, the producer's rights, validUntil.
It also finds:
  - rows that repeat a request of the file
  - creates that choose the ID of an earlier row, unless a row between them deletes that link
  - as a warning: parameters whose names are almost known ones, or are fields that belong outside data

It does not compare IDs with existing links, and prints no value of a link. A million rows take a minute or two, and half a
gigabyte of memory.

Exit codes:
  ${exitCode.fine}  no row has a fault, and quota and time are enough
  ${exitCode.findings}  some row has a fault, or quota or time are not enough
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink plan commands.ndjson --stack OneLink-production
  onelink plan --links 2000000 --qr 20000 --by 2026-12-01T08:00:00Z
  onelink plan --deletes 12 --lane transactional --stack OneLink-production
  onelink plan --reads 1000000
  onelink plan commands.ndjson --json --local | jq -r .finding | sort | uniq -c`,
    plan,
  );
}

function instant(text: string): number {
  const at = /^\d{4}-\d\d-\d\d(T.+(Z|[+-]\d\d:?\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('It must be a date, or an ISO 8601 instant with a time zone.');
}

async function plan(scene: Scene<Options>): Promise<number> {
  const { options, chosen, interrupted, print } = scene;
  const pipeline = chosen.configuredFor('rates and quota');
  const reads = options.reads === undefined ? undefined : readingOf(options.reads, pipeline);
  const { file, links, deletes } = options;
  const loadsGiven = [file, links, deletes].filter((one) => one !== undefined).length;
  if (loadsGiven > 1) throw new OperatorError('Name one of a file, --links and --deletes.');
  if (reads !== undefined && loadsGiven === 0) {
    print({ kind: 'plan', reads }, readingWords(reads));
    return exitCode.fine;
  }
  lanesNamed(options.lane, Object.keys(pipeline.settings.lanes));
  const rows = file === undefined ? undefined : await dryRun(file, scene, pipeline);
  if (interrupted.aborted) return exitCode.notDone;
  const loads = rows?.loads ?? loadOf(options, pipeline);
  const quota = await quotaOf(options, chosen, pipeline);
  const figures = figuresOf(loads, quota, options.by, pipeline, deletes);

  const words = [
    ...(rows === undefined ? [] : [rowWords(rows)]),
    ...planWords(figures),
    ...(reads === undefined ? [] : [readingWords(reads)]),
  ];
  print({ kind: 'plan', ...rowFigures(rows), ...readable(figures), reads }, words.join('\n'));
  const rowsInOrder = [...(rows?.findings.keys() ?? [])].every((finding) => harmless.has(finding));
  const fine = rowsInOrder && figures.room.result === 'room' && figures.by?.inTime !== false;
  return fine ? exitCode.fine : exitCode.findings;
}

function loadOf({ links, deletes, qr = 0, lane }: Options, pipeline: ConfiguredPipeline): LaneLoad[] {
  const quotaCalls = links ?? deletes;
  if (quotaCalls === undefined)
    throw new OperatorError('Name a file of commands, or give a number with --links, --deletes or --reads.');
  if (qr > quotaCalls) throw new OperatorError('--qr must not be more than --links.');
  const [fastest] = plansOf(pipeline).plans.toSorted((one, other) => sustained(other.link) - sustained(one.link));
  return [{ lane: lane ?? fastest?.lane ?? '', quotaCalls, lookups: 0, qrCodes: qr }];
}

async function dryRun(
  file: string,
  { options: { lane, json }, progress, interrupted, print }: Scene<Options>,
  { settings, account }: ConfiguredPipeline,
): Promise<DryRun> {
  const readers = new Map(
    Object.keys(settings.lanes).map((name) => [name, laneReader({ settings, account }, name)] as const),
  );
  const run = new DryRun({
    laneOf: (source) => lane ?? defaultLaneOf(source, settings.producers),
    readerOf: (name = [...readers.keys()][0] ?? '') => {
      const reader = readers.get(name);
      if (reader === undefined) throw new OperatorError(`There is no lane ${name} in the configuration.`);
      return reader;
    },
    nowMilliseconds: Date.now(),
  });
  for await (const { line, unit, body, unsendable } of rowsOf(file, interrupted)) {
    if (interrupted.aborted) break;
    const found = run.row(line, body, unsendable, unit);
    progress.update(() => `${n(run.rows)} rows read: ${tallyWords(run.findings) || 'no findings'}`);
    if (found === undefined) continue;
    const sofar = run.findings.get(found.finding) ?? 0;
    if (json || sofar <= rowsNamed) print({ kind: 'row', ...found }, findingWords(found));
  }
  progress.clear();
  const unnamed = [...run.findings].flatMap(([finding, rows]) =>
    rows > rowsNamed ? `${n(rows - rowsNamed)} more ${finding}` : [],
  );
  if (!json && unnamed.length > 0) console.log(`… and ${unnamed.join(', ')}: --json prints them all`);
  if (run.rows === 0) throw new OperatorError(`${file === '-' ? 'Standard input' : file} has no command.`);
  if (interrupted.aborted) console.error(`Interrupted after ${n(run.rows)} rows.`);
  return run;
}

/**
 * The rows of a file, as `onelink send` would send them.
 *
 * @throws OperatorError if the file cannot be read
 */
export async function* rowsOf(path: string, interrupted?: AbortSignal): AsyncGenerator<FileMessage> {
  const source = await openMessages(path, interrupted);
  try {
    yield* source.messages();
  } finally {
    await source.close();
  }
}

function findingWords({ finding, faults, ...place }: RowFinding): string {
  const what = faults
    .map(({ path, rule, message }) => `${path === '' ? '' : `${visible(path)}: `}${message} [${rule}]`)
    .join('; ');
  return `${placeWords(place)}: ${finding}: ${what}`;
}

function rowWords({ rows, actions, findings }: DryRun): string {
  const fine = [...actions.values()].reduce((sum, one) => sum + one, 0);
  const others = tallyWords(findings);
  return `${'rows'.padEnd(16)}${n(fine)} of ${n(rows)} valid: ${tallyWords(actions) || 'none'}${others && `; ${others}`}`;
}

function rowFigures(run: DryRun | undefined) {
  if (run === undefined) return {};
  const { rows, actions, findings } = run;
  return { rows, actions: Object.fromEntries(actions), findings: Object.fromEntries(findings) };
}
