import type { Command } from 'commander';

/** The exit code of an invalid command line. It is never 1, which scripts read as a finding of the verb. */
export const usageCode = 2;

/** The parser of an option that may be repeated. It collects the values. A variadic option would take arguments, too. */
export const repeatable = (text: string, before: readonly string[] = []) => [...before, text];

/**
 * Ends the process with `usageCode` if commander refuses a command line of this program, or of one of its verbs. Also
 * refuses an empty value, as an unset shell variable gives, and an option that is given twice with different values.
 */
export function withUsageCode<Program extends Command>(program: Program): Program {
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageCode));
  for (const option of program.options) {
    let before: string | undefined;
    program.on(`option:${option.name()}`, (value: string | null) => {
      if (value === '') program.error(`error: option '${option.flags}' has an empty value`);
      const mayRepeat = option.variadic || option.parseArg === repeatable;
      if (before !== undefined && before !== value && !mayRepeat)
        program.error(`error: option '${option.flags}' is given twice, with different values`);
      before = value ?? undefined;
    });
  }
  program.hook('preAction', (_, verb) => {
    if (verb === program && verb.args.includes('')) verb.error(`error: an argument of '${verb.name()}' is empty`);
  });
  for (const verb of program.commands) withUsageCode(verb);
  return program;
}

/**
 * Refuses an option that has no effect without another one. An operator who gives it expects an effect.
 *
 * @param needs each option and the option that it needs, by commander's attribute names
 */
export function withNeeds<Verb extends Command>(verb: Verb, needs: Readonly<Record<string, string>>): Verb {
  verb.hook('preAction', () => {
    for (const [name, needed] of Object.entries(needs)) {
      if (verb.getOptionValueSource(name) !== 'cli' || verb.getOptionValueSource(needed) === 'cli') continue;
      verb.error(`error: option '--${name}' has no effect without option '--${needed}'`);
    }
  });
  return verb;
}
