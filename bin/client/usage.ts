import type { Command } from 'commander';

/** The exit code of a command line that cannot be carried out. It is never 1, which scripts read as a verdict. */
export const usageCode = 2;

/** Ends the process with `usageCode` when commander refuses a command line of this program, or of one of its verbs. */
export function withUsageCode<Program extends Command>(program: Program): Program {
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageCode));
  for (const verb of program.commands) withUsageCode(verb);
  return program;
}
