import { Command } from 'commander';
import { codesCommand } from './codes.ts';
import { listCommand } from './list.ts';
import { approveCommand, cancelCommand, pauseCommand, resumeCommand } from './orders.ts';
import { planCommand } from './plan.ts';
import { resultsCommand } from './results.ts';
import { retireCommand } from './retire.ts';
import { showCommand } from './show.ts';
import { startCommand } from './start.ts';

export function campaignCommand(): Command {
  return new Command('campaign')
    .description('Makes links from a file: plans and starts campaigns, follows them, and brings their results.')
    .addCommand(planCommand())
    .addCommand(startCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(approveCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(cancelCommand())
    .addCommand(resultsCommand())
    .addCommand(codesCommand())
    .addCommand(retireCommand());
}
