import { Command, InvalidArgumentError, Option } from 'commander';
import { callerName } from '../../../lambdas/domain/acts/record.ts';
import { actNames } from '../../../lambdas/domain/acts/registry.ts';
import { type AuditedAct, actsIn, auditRecords } from '../../pipeline/audit.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { counted, factWords, instantWords, n, visible } from '../../words/words.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { shown: 0, nothing: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  since: number;
  until?: number;
  by?: string;
  act?: string;
  refused?: true;
}

const unitMilliseconds: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function auditCommand(): Command {
  const command = new Command('audit')
    .description('Shows who did what to the pipeline, when, why, and with what effect.')
    .addOption(
      new Option('--since <time>', 'from then on: 30m, 12h, 7d, or an ISO 8601 instant')
        .argParser(instant)
        .default(Date.now() - 7 * 86_400_000, '7d'),
    )
    .option('--until <time>', 'until then (default: now)', instant)
    .option('--by <text>', 'only acts of callers whose ARN contains this text')
    .addOption(new Option('--act <name>', 'only this act').choices(actNames))
    .option('--refused', 'only calls that were refused')
    .option('--json', 'print one JSON object for each act');
  return pipelineVerb(
    command,
    `${pipelineHelp} You need permission to list and read the audit bucket.

Each act of an operator leaves a record before it begins and one when it ends. The caller is who AWS has confirmed by its
signature. The parts of a long act are added up. An act with the state "no end" runs, or its end was not recorded.

Exit codes:
  ${exitCode.shown}  shown
  ${exitCode.nothing}  nothing was found
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink audit --since 7d --stack OneLink-production
  onelink audit --since 2026-11-01T00:00:00Z --act export --by anna
  onelink audit --since 1d --refused --json --local`,
    show,
  );
}

function instant(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const at = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (unitMilliseconds[unit] ?? 0);
  const isInstant = count !== undefined || /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  if (!isInstant || Number.isNaN(at))
    throw new InvalidArgumentError('It must be like 12h, 7d or 2026-11-28T10:00:00Z.');
  return at;
}

async function show({ options, chosen, progress, print, interrupted }: Scene<Options>): Promise<number> {
  const { since: sinceMilliseconds, until: untilMilliseconds = Date.now() + 1, by, act, refused } = options;
  const deployed = await chosen.deployed();
  const period = { sinceMilliseconds, untilMilliseconds };
  const { records, unreadable } = await auditRecords(deployed.s3, deployed.output('AuditBucketName'), period, {
    onRead: (read) => progress.update(() => `${n(read)} records read`),
    signal: interrupted,
  });
  progress.clear();
  if (interrupted.aborted) {
    console.error('Interrupted: nothing is shown.');
    return exitCode.notDone;
  }
  const wanted = by?.toLowerCase();
  const found = actsIn(records).filter(
    (one) =>
      (act === undefined || one.act === act) &&
      (refused === undefined || one.state === 'refused') &&
      (wanted === undefined || (one.by?.arn.toLowerCase().includes(wanted) ?? false)),
  );
  for (const one of found) print(one, auditWords(one));
  if (unreadable > 0) {
    console.error(`${counted(unreadable, 'object')} in the audit bucket cannot be read as a record of this release.`);
  }
  if (found.length > 0) return exitCode.shown;
  console.error(`No act was found since ${instantWords(sinceMilliseconds)} UTC.`);
  return exitCode.nothing;
}

/** `2026-11-28 10:00:05 UTC  operator/anna  pause  lanes campaign  “rates change”  done  changed campaign paused` */
export function auditWords({ at, by, document, act, target, reason, state, parts, effect, error }: AuditedAct): string {
  return [
    `${instantWords(Date.parse(at))} UTC`,
    by === undefined ? 'unknown' : visible(callerName(by)),
    visible(act),
    ...(document === undefined ? [] : [`by document ${visible(document)}`]),
    ...wordsOf(target),
    ...(reason === undefined ? [] : [`“${visible(reason)}”`]),
    parts > 1 ? `${state} in ${n(parts)} parts` : state,
    ...wordsOf(effect),
    ...(error === undefined ? [] : [visible(error)]),
  ].join('  ');
}

const wordsOf = (facts: AuditedAct['target']) =>
  Object.entries(facts).map(([name, value]) => visible(factWords(name, value)));
