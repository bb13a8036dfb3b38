import { Command } from 'commander';
import { planCommand } from './plan.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';

export function takeoverCommand(): Command {
  return new Command('takeover')
    .description(
      'Takes over links that were made outside of the pipeline: plans, adopts or migrates them, and reports.',
    )
    .addCommand(planCommand())
    .addCommand(runCommand())
    .addCommand(reportCommand());
}
