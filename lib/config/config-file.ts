import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Configuration } from './config-schema.ts';

/** The environment variable that puts another file in the place of lib/config/config.ts. */
export const configFileVariable = 'ONELINK_CONFIG';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What a file exports as `config`. Its type is a promise of the file: `validateConfiguration` checks it.
 *
 * @throws Error when the file cannot be loaded, or exports none
 */
export async function readConfig(file: string): Promise<Configuration> {
  const loaded: { config?: Configuration } = await import(pathToFileURL(resolve(file)).href);
  if (loaded.config === undefined) throw new Error(`${fileWords(file)} exports no \`config\`.`);
  return loaded.config;
}

/** A file as messages name it: relative to the checkout, if it is in there. */
export function fileWords(file: string): string {
  const inRoot = relative(root, resolve(file));
  return inRoot.startsWith('..') || isAbsolute(inRoot) ? file : inRoot;
}
