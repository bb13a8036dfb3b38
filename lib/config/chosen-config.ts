import { fileURLToPath } from 'node:url';
import { configFileVariable, fileWords, readConfig } from './config-file.ts';

const file = process.env[configFileVariable] || fileURLToPath(new URL('config.ts', import.meta.url));

/** The file of the configuration, as messages name it. */
export const configFile = fileWords(file);

/** What the app and the command line go by, unchecked: lib/config/config.ts unless the environment names another file. */
export const config = await readConfig(file);
