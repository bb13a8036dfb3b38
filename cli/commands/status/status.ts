import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { quotaContractOf } from '../../pipeline/configured-pipeline.ts';
import { type Overview, overviewOf } from '../../pipeline/overview/overview.ts';
import { readSight } from '../../pipeline/overview/sight.ts';
import { count } from '../../terminal/count-option.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { screenOf } from './screen.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { fine: 0, needsOperator: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  watch?: true | number;
}

const watchSeconds = 5;

export function statusCommand(): Command {
  const command = new Command('status')
    .description(
      'Shows the state of the pipeline on one screen: lanes, quota, campaigns, parked and held commands, dead letters, alarms.',
    )
    .option('--watch [seconds]', `refresh at this interval (default: ${watchSeconds})`, count(1, 3_600))
    .option('--json', 'print one JSON object for each refresh; times are ISO 8601');
  return pipelineVerb(
    command,
    `${pipelineHelp}

The state of a lane is the state that its workers follow. Without a control record it is unknown: an event source mapping may be
off. The counts are SQS's approximations. SQS measures the age of the
oldest message once a minute, and reports it some minutes later. The quota comes from the governor's last poll, and the
forecast is the governor's.

Exit codes:
  ${exitCode.fine}  every lane is open, the control record fresh, no campaign waits, nothing is held, no dead letters, no alarm
  ${exitCode.needsOperator}  any of these does not hold, or commands are parked for a removed lane
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink status
  onelink status --watch 10 --stack OneLink-production
  onelink status --json --local | jq .quota`,
    status,
  );
}

async function status({ options, chosen, interrupted }: Scene<Options>): Promise<number> {
  const pipeline = await chosen.deployed();
  for (;;) {
    const overview = overviewOf(await readSight(pipeline, chosen.pipeline && quotaContractOf(chosen.pipeline)));
    show(overview, options);
    const code = overview.needsOperator ? exitCode.needsOperator : exitCode.fine;
    if (options.watch === undefined) return code;
    const seconds = options.watch === true ? watchSeconds : options.watch;
    await sleep(seconds * 1000, undefined, { signal: interrupted }).catch(() => {});
    if (interrupted.aborted) return code;
  }
}

function show(overview: Overview, { json, watch }: Options): void {
  if (json) {
    const instants = new Set(['at', 'governedAt', 'since', 'polledAt', 'changedAt']);
    const readable = (name: string, value: unknown) =>
      instants.has(name) && typeof value === 'number' ? new Date(value).toISOString() : value;
    console.log(JSON.stringify(overview, readable));
    return;
  }
  if (watch !== undefined && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
  console.log(screenOf(overview).join('\n'));
}
