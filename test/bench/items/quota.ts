import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { benchPipeline } from '../world/bench-pipeline.ts';
import { type Campaign, type CampaignFigures, runCampaign } from '../world/campaign.ts';
import { assemblyWith } from '../world/stand-in.ts';
import { variantAt } from '../world/synthesis.ts';

interface QuotaCase extends Omit<Campaign, 'commands' | 'seed'> {
  /** The most POST, PUT and DELETE calls for each command that needs one. */
  goal: number;
}

const cases: Readonly<Record<string, QuotaCase>> = {
  clean: { goal: 1 },
  // Further behind than the batches of all environments reach.
  '10 % duplicates, seconds later': { duplicatesPercent: 10, copiesAfterMessages: [1_200], goal: 1.0005 },
  // Three batches behind: another environment may process the copy while the first processes the original.
  '10 % duplicates, in a batch beside': { duplicatesPercent: 10, copiesAfterMessages: [600], goal: 1.0005 },
  // Two adjacent copies may reach two environments at the same time.
  '10 % duplicates, in the same instant': { duplicatesPercent: 10, copiesAfterMessages: [0], goal: 1.0005 },
  '5 % ambiguous answers': { ambiguousPercent: 5, goal: 1.001 },
  'a kill per 200 commands': { killEvery: 200, goal: 1.002 },
};

const limitCallsPerSecond = 300;
/** SQS delivers the messages of a killed environment again after this timeout: minutes in the cloud, seconds here. */
const sizes = { batchSize: 200, visibilityTimeoutSeconds: 30 };

/** The quota calls of a command. */
export async function quota({ report, only, seed, commands = 2_000 }: BenchOptions): Promise<Findings> {
  const variant = variantAt({ callsPerSecond: limitCallsPerSecond });
  const runs: Record<string, CampaignFigures> = {};
  for (const [name, { goal: _, ...faults }] of Object.entries(cases)) {
    if (only.length > 0 && !only.some((part) => name.includes(part))) continue;
    report(`quota: ${name}`);
    const pipeline = await benchPipeline({
      variant,
      assembly: await assemblyWith(variant, { sizes }),
      emulator: { latencyMilliseconds: 20, latencyJitterMilliseconds: 40 },
    });
    try {
      runs[name] = await runCampaign(pipeline, { commands, seed, ...faults }, 280);
    } finally {
      await pipeline.stop();
    }
  }
  const entries = Object.entries(runs);
  return {
    figures: { runs },
    table: table(
      ['quota efficiency', 'commands', 'messages', 'quota calls', 'per command', 'goal', 'kills', 'duplicates', 'lost'],
      entries.map(([name, run]) => [
        name,
        run.commands,
        run.messages,
        run.quotaCalls,
        run.quotaCallsPerCommand.toFixed(4),
        `≤ ${cases[name]?.goal.toFixed(4)}`,
        run.kills,
        run.duplicateLinks,
        run.lostCommands + run.unreachedCommands,
      ]),
    ),
    broken: entries.flatMap(([name, { duplicateLinks, lostCommands, unreachedCommands }]) =>
      duplicateLinks + lostCommands + unreachedCommands > 0
        ? [`${name}: ${duplicateLinks} duplicates, ${lostCommands} lost, ${unreachedCommands} unreached`]
        : [],
    ),
  };
}
