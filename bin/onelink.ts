#!/usr/bin/env node
import { usageCode } from '../cli/terminal/usage.ts';
import { validateConfiguration } from '../lib/config/config-validation.ts';
import { ConfigurationError } from '../lib/config/configuration-error.ts';

/** @throws ConfigurationError if the program cannot start because of the configuration */
async function start() {
  try {
    return (await import('../cli/program.ts')).onelinkProgram();
  } catch (error) {
    const { config, configFile } = await import('../lib/config/chosen-config.ts');
    validateConfiguration(config, configFile);
    throw error;
  }
}

try {
  await (await start()).parseAsync();
} catch (error) {
  // Any other error is a bug in the program, with its stack. Node.js would end with 1, which scripts read as a result of the verb.
  console.error(error instanceof ConfigurationError ? error.message : error);
  process.exitCode = usageCode;
}
