import { cp, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const parts = [
  'bin',
  'cli',
  'docs',
  'examples',
  'lambdas',
  'lib',
  'local',
  'schemas',
  'cdk.json',
  'package.json',
  'tsconfig.json',
];

/** Copies the files that the programs need, for a `.local` of its own. @returns the folder, which the caller removes */
export async function checkout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onelink-checkout-'));
  for (const part of parts) await cp(join(root, part), join(folder, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
