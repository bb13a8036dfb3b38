import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { everything, sessionOf } from '../../../local/cloud/access/caller.ts';
import { localAccountId, secretKeyOf } from '../../../local/cloud/endpoints.ts';

const key = 'takeover-operator';
const root = join(import.meta.dirname, '../../..');

/** The caller of the command line, for the local cloud. */
export const operator = {
  [key]: sessionOf(`arn:aws:iam::${localAccountId}:role/${key}`, 'person', [everything]),
};

/** The command line in a process of its own, which can be killed. */
export function onelinkProcess(variables: Readonly<Record<string, string>>, ...words: string[]) {
  const args = ['--import', './bin/node-24.mjs', 'bin/onelink.ts', ...words, '--stack', 'OneLink-production'];
  const env = { ...process.env, ...variables, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secretKeyOf(key) };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([[code], out, err]) => ({ code: code as number | null, out, err }),
  );
  return { ended, kill: () => void child.kill('SIGKILL') };
}

/** The lines of a file; none if there is no file. */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}
