import { cp, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './documented-code.ts';
import { oncePerRun } from './once-per-run.ts';

const root = join(import.meta.dirname, '../..');

/** Unpacks what `npm pack` makes. All test files of a run share it. @returns the folder of the package */
async function packed(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onelink-packed-'));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // It compiles the package and bundles its functions.
  const options = { cwd: root, environment: {}, timeoutMilliseconds: 140_000 };
  await run(npm, ['pack', '--silent', '--pack-destination', folder], options);
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error('npm pack made nothing');
  await run('tar', ['-xzf', archive], { cwd: folder, environment: {} });
  return folder;
}

/**
 * Installs the package into a project without a network: as a copy, because Node.js would follow a link back into the checkout.
 *
 * @param dependencies packages of the checkout that the project has beside it
 * @returns the package's folder
 */
export async function installPackage(project: string, dependencies: readonly string[]): Promise<string> {
  const folder = await oncePerRun('packed', packed);
  const place = join(project, 'node_modules/onelink-pipeline');
  await cp(join(folder ?? (await packed()), 'package'), place, { recursive: true });
  for (const name of dependencies) {
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, 'node_modules', name), link, 'junction');
  }
  return place;
}
