import { Command } from 'commander';
import { alarmCommand } from './commands/alarm/alarm.ts';
import { auditCommand } from './commands/audit/audit.ts';
import { campaignCommand } from './commands/campaign/campaign.ts';
import { consoleCommand } from './commands/console/console.ts';
import { deadLettersCommand } from './commands/dead-letters/dead-letters.ts';
import { doctorCommand } from './commands/doctor/doctor.ts';
import { exportCommand } from './commands/export/export.ts';
import { getCommand } from './commands/get/get.ts';
import { keysCommand } from './commands/keys/keys.ts';
import { parkedCommand } from './commands/parked/parked.ts';
import { pauseCommand, resumeCommand } from './commands/pause/pause.ts';
import { planCommand } from './commands/plan/plan.ts';
import { policyCommand } from './commands/policy/policy.ts';
import { preflightCommand } from './commands/preflight/preflight.ts';
import { quarantineCommand } from './commands/quarantine/quarantine.ts';
import { sendCommand } from './commands/send/send.ts';
import { sendersCommand } from './commands/senders/senders.ts';
import { statusCommand } from './commands/status/status.ts';
import { subjectCommand } from './commands/subject/subject.ts';
import { takeoverCommand } from './commands/takeover/takeover.ts';
import { traceCommand } from './commands/trace/trace.ts';
import { verifyCommand } from './commands/verify/verify.ts';
import { withUsageCode } from './terminal/usage.ts';

/** The operators' command line. */
export function onelinkProgram(): Command {
  const program = new Command('onelink')
    .description('Operates a OneLink Pipeline.')
    .addCommand(preflightCommand())
    .addCommand(planCommand())
    .addCommand(sendCommand())
    .addCommand(campaignCommand())
    .addCommand(takeoverCommand())
    .addCommand(consoleCommand())
    .addCommand(statusCommand())
    .addCommand(doctorCommand())
    .addCommand(traceCommand())
    .addCommand(getCommand())
    .addCommand(verifyCommand())
    .addCommand(policyCommand())
    .addCommand(sendersCommand())
    .addCommand(keysCommand())
    .addCommand(exportCommand())
    .addCommand(subjectCommand())
    .addCommand(deadLettersCommand())
    .addCommand(parkedCommand())
    .addCommand(quarantineCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(alarmCommand())
    .addCommand(auditCommand());
  return withUsageCode(program);
}
