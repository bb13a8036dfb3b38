import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { configFileVariable } from '../../lib/config/config-file.ts';

/** An operator's environment, in which only lib/config/config.ts holds the configuration. */
const { [configFileVariable]: _, ...usual } = process.env;

/** Starts a program of a checkout, and keeps what it prints. */
export function startProgram(folder: string, ...args: string[]) {
  const env = { ...usual, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (piece) => (printed.out += piece));
  child.stderr.on('data', (piece) => (printed.err += piece));
  const ended = once(child, 'close').then(([code]) => ({ code, ...printed }));
  return { child, printed, ended };
}
