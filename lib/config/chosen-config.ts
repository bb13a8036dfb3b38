import { fileURLToPath } from 'node:url';
import { configFileVariable, fileWords, readConfig } from './config-file.ts';

const file = process.env[configFileVariable] || fileURLToPath(new URL('config.ts', import.meta.url));

/** The configuration's file, as messages name it. */
export const configFile = fileWords(file);

/** The app's and the command line's configuration, unchecked: lib/config/config.ts, or the file that ONELINK_CONFIG names. */
export const config = await readConfig(file);
