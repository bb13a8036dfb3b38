import { Command } from 'commander';
import { withUsageCode } from './client/usage.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { getCommand } from './commands/get.ts';
import { parkedCommand } from './commands/parked.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { planCommand } from './commands/plan.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { sendCommand } from './commands/send.ts';
import { statusCommand } from './commands/status.ts';
import { traceCommand } from './commands/trace.ts';
import { verifyCommand } from './commands/verify.ts';

/** The operators' command line. */
export function onelinkProgram(): Command {
  const program = new Command('onelink')
    .description('Operates a OneLink Pipeline.')
    .addCommand(planCommand())
    .addCommand(sendCommand())
    .addCommand(statusCommand())
    .addCommand(doctorCommand())
    .addCommand(traceCommand())
    .addCommand(getCommand())
    .addCommand(verifyCommand())
    .addCommand(exportCommand())
    .addCommand(deadLettersCommand())
    .addCommand(parkedCommand())
    .addCommand(quarantineCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand());
  return withUsageCode(program);
}
