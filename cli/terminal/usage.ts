import type { Command } from 'commander';

/** The exit code of a command line that cannot be carried out. It is never 1, which scripts read as a result. */
export const usageCode = 2;

/** Ends the process with `usageCode` when commander refuses a command line of this program, or of one of its verbs. */
export function withUsageCode<Program extends Command>(program: Program): Program {
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageCode));
  for (const verb of program.commands) withUsageCode(verb);
  return program;
}

/**
 * Refuses options that would do nothing, since another is not given: who gives one expects something of it.
 *
 * @param needs the attribute names of commander: which option needs which
 */
export function withNeeds<Verb extends Command>(verb: Verb, needs: Readonly<Record<string, string>>): Verb {
  verb.hook('preAction', () => {
    for (const [name, needed] of Object.entries(needs)) {
      if (verb.getOptionValueSource(name) !== 'cli' || verb.getOptionValueSource(needed) === 'cli') continue;
      verb.error(`error: option '--${name}' does nothing without option '--${needed}'`);
    }
  });
  return verb;
}
