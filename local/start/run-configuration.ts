import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '../../cli/words/operator-error.ts';
import { fileWords, readConfig } from '../../lib/config/config-file.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';

/** The configuration of a run. */
export interface RunConfiguration {
  configuration: Configuration;
  /** The absolute path of its file. The synthesis reads it again. */
  file: string;
}

export const sampleConfigFile = fileURLToPath(new URL('../../examples/configuration.ts', import.meta.url));

/**
 * Reads the configuration of a run.
 *
 * @throws OperatorError if the file cannot be loaded; ConfigurationError if the configuration cannot work
 */
export async function runConfiguration(file = sampleConfigFile): Promise<RunConfiguration> {
  if (!existsSync(file)) throw new OperatorError(`--config: ${file} cannot be read: there is no such file.`);
  const candidate = await readConfig(file).catch((error: unknown) => {
    throw new OperatorError(`--config: ${file} cannot be loaded: ${error instanceof Error ? error.message : error}`);
  });
  return { configuration: validateConfiguration(candidate, fileWords(file)), file: resolve(file) };
}
