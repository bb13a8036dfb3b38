import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '../../cli/words/operator-error.ts';
import type { Dialect } from '../../lambdas/domain/onelink/dialect.ts';
import { fileWords, readConfig } from '../../lib/config/config-file.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';

/** The configuration of a run. */
export interface RunConfiguration {
  configuration: Configuration;
  /** The absolute path of its file. The synthesis reads it again. */
  file: string;
}

const sample = (file: string) => fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));

/** The sample configuration, for accounts of each version of the API. */
export const sampleConfigFiles: Readonly<Record<Dialect, string>> = {
  'v2.0': sample('configuration.ts'),
  'v1.0': sample('configuration-v1.ts'),
};
export const sampleConfigFile = sampleConfigFiles['v2.0'];

/**
 * Reads the configuration of a run.
 *
 * @throws OperatorError if there is no such file; ConfigurationError if the configuration cannot be loaded or cannot work
 */
export async function runConfiguration(file = sampleConfigFile): Promise<RunConfiguration> {
  if (!existsSync(file)) throw new OperatorError(`--config: ${file} cannot be read: there is no such file.`);
  return { configuration: validateConfiguration(await readConfig(file), fileWords(file)), file: resolve(file) };
}
