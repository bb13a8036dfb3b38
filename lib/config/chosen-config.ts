import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Configuration } from './config-schema.ts';

/** The environment variable that puts another file in the place of lib/config/config.ts. */
export const configFileVariable = 'ONELINK_CONFIG';

const root = fileURLToPath(new URL('../../', import.meta.url));
const path = resolve(process.env[configFileVariable] || resolve(root, 'lib/config/config.ts'));

/** The file as messages name it. */
export const configFile = fileWords(path);

/** What the app and the command line go by. Its type is a promise of the file: `validateConfiguration` checks it. */
export const config = await readConfig(path);

/**
 * What a file exports as `config`, unchecked.
 *
 * @throws Error when it cannot be loaded, or exports none
 */
export async function readConfig(file: string): Promise<Configuration> {
  const loaded: { config?: Configuration } = await import(pathToFileURL(resolve(file)).href);
  if (loaded.config === undefined) throw new Error(`${fileWords(file)} exports no \`config\`.`);
  return loaded.config;
}

/** Relative to the checkout, where it lies in that. */
export function fileWords(file: string): string {
  const inRoot = relative(root, resolve(file));
  return inRoot.startsWith('..') || isAbsolute(inRoot) ? file : inRoot;
}
