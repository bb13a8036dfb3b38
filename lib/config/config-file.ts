import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Configuration } from './config-schema.ts';
import { ConfigurationError } from './configuration-error.ts';

/** The environment variable that names a file to use instead of lib/config/config.ts. */
export const configFileVariable = 'ONELINK_CONFIG';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Reads what a file exports as `config`. The type is unchecked until `validateConfiguration` has run.
 *
 * @throws ConfigurationError when the file cannot be loaded, or exports none
 */
export async function readConfig(file: string): Promise<Configuration> {
  const fault = (words: string) => new ConfigurationError([words], fileWords(file));
  if (!existsSync(file)) throw fault('there is no such file');
  const loading: Promise<{ config?: Configuration }> = import(pathToFileURL(resolve(file)).href);
  const { config } = await loading.catch((error: unknown) => {
    // Before the message, the stack of a syntax error names the line.
    const line = error instanceof Error && /^\S+:(\d+)\n/.exec(error.stack ?? '')?.[1];
    throw fault(
      `it cannot be loaded${line ? ` (line ${line})` : ''}: ${error instanceof Error ? error.message : error}`,
    );
  });
  if (config === undefined) throw fault('it exports no `config`');
  return config;
}

/** A file as messages name it. A file within the checkout is named by its relative path. */
export function fileWords(file: string): string {
  const inRoot = relative(root, resolve(file));
  return inRoot.startsWith('..') || isAbsolute(inRoot) ? file : inRoot;
}
