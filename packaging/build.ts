import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { pageBuild } from '../cli/console/page-files.ts';
import { jobs, writeBundle } from '../lib/constructs/bundle.ts';

/**
 * Builds `dist/`, which the package consists of, in the layout of the checkout. It has JavaScript and declarations, the bundles of the
 * functions, the console's page, and what the code reads beside itself. `npm pack` runs it first.
 */

const root = fileURLToPath(new URL('../', import.meta.url));
const inRoot = (path: string) => `${root}${path}`;

rmSync(inRoot('dist'), { recursive: true, force: true });

const tsc = spawnSync(process.execPath, [inRoot('node_modules/typescript/bin/tsc'), '--project', 'packaging'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

for (const job of jobs) {
  const folder = inRoot(`dist/functions/${job}`);
  mkdirSync(folder, { recursive: true });
  writeBundle(job, folder);
}

buildSync({ ...pageBuild, outdir: inRoot('dist/console') });
cpSync(inRoot('console/index.html'), inRoot('dist/console/index.html'));

mkdirSync(inRoot('dist/schemas'), { recursive: true });
for (const name of readdirSync(inRoot('schemas')).filter((name) => name.endsWith('.json'))) {
  cpSync(inRoot(`schemas/${name}`), inRoot(`dist/schemas/${name}`));
}
cpSync(inRoot('lib/observability/RUNBOOK.md'), inRoot('dist/lib/observability/RUNBOOK.md'));
