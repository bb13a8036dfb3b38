import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Configuration } from './config-schema.ts';

/** The environment variable that names a file to use instead of lib/config/config.ts. */
export const configFileVariable = 'ONELINK_CONFIG';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Reads what a file exports as `config`. The type is unchecked until `validateConfiguration` has run.
 *
 * @throws Error when the file cannot be loaded, or exports none
 */
export async function readConfig(file: string): Promise<Configuration> {
  const loaded: { config?: Configuration } = await import(pathToFileURL(resolve(file)).href);
  if (loaded.config === undefined) throw new Error(`${fileWords(file)} exports no \`config\`.`);
  return loaded.config;
}

/** A file as messages name it. A file within the checkout is named by its relative path. */
export function fileWords(file: string): string {
  const inRoot = relative(root, resolve(file));
  return inRoot.startsWith('..') || isAbsolute(inRoot) ? file : inRoot;
}
