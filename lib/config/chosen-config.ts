import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configFileVariable, fileWords, readConfig } from './config-file.ts';

/** A checkout has a configuration. The package has none: that of the app which installed it counts. */
const own = fileURLToPath(new URL('config.ts', import.meta.url));
const file = process.env[configFileVariable] || (existsSync(own) ? own : undefined);

/** The configuration's file, as messages name it. */
export const configFile = file === undefined ? 'your configuration' : fileWords(file);

/** The app's and the command line's configuration, unchecked: lib/config/config.ts, or the file that ONELINK_CONFIG names. */
export const config = file === undefined ? { accounts: {}, stages: {} } : await readConfig(file);
