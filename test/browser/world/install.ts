import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const home = join(import.meta.dirname, '..');
/** In the installed folder: what was installed. */
const stampName = '.installed';
/** In the installed folder: the unpacked browser. */
const unpackedName = '.chromium';
/** Some 70 MB travel. */
const patienceMilliseconds = 300_000;

/** The packaged Chromium runs here only. */
export const hasPackagedBrowser = process.platform === 'linux' && process.arch === 'x64';

/** Where the packages are after an installation. */
export const packages = join(home, 'node_modules');
/** Where the packaged browser is after an installation. */
export const unpacked = join(packages, unpackedName);

/**
 * Installs the packages of this folder, unless they are there: Playwright, axe-core and, on Linux x64, Chromium. They have a
 * lockfile of their own, because they would double what `npm ci` downloads.
 *
 * A killed or a second installation does no harm, because the finished folder is moved to its place.
 *
 * @throws Error with npm's words if it fails
 */
export async function installBrowser(say: (words: string) => void): Promise<void> {
  const wanted = await wantedStamp();
  if (await isInstalled(wanted)) return;
  say('Installing a browser for the tests of the console, once …');
  const begun = performance.now();
  const staging = await mkdtemp(join(home, '.installing-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) await cp(join(home, name), join(staging, name));
    await npmCi(staging);
    const made = join(staging, 'node_modules');
    if (hasPackagedBrowser) await unpack(made);
    await writeFile(join(made, stampName), wanted);
    await moveInPlace(made, staging, wanted);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  say(`The browser is installed, after ${Math.round((performance.now() - begun) / 1000)} s.`);
}

/** The lockfile decides, and where the browser is not packaged, it is not installed. */
async function wantedStamp(): Promise<string> {
  const lock = await readFile(join(home, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}\n`;
}

async function isInstalled(wanted: string): Promise<boolean> {
  return (await readFile(join(packages, stampName), 'utf8').catch(() => '')) === wanted;
}

async function npmCi(folder: string): Promise<void> {
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!hasPackagedBrowser) words.push('--omit=optional');
  const npm = process.env.npm_execpath ?? '';
  // `npm test` names its own npm. A bare `vitest` takes the one of the path, which is a script on Windows.
  const [program, ...before] = basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
  const shell = process.platform === 'win32' && before.length === 0;
  await run(program, [...before, ...words], { cwd: folder, shell, timeout: patienceMilliseconds });
}

/** The package unpacks the browser into the folder for temporary files, and its libraries only on Lambda. */
async function unpack(made: string): Promise<void> {
  const folder = join(made, unpackedName);
  await mkdir(folder);
  const script = "import('@sparticuz/chromium').then(({ default: { executablePath } }) => executablePath())";
  const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
  await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: join(made, '..'), env });
  if (!existsSync(join(folder, 'chromium'))) throw new Error('@sparticuz/chromium has unpacked no browser');
  await writeFile(join(folder, 'fonts/fonts.conf'), fontsHere);
}

/** The package's own file names folders of Lambda. */
const fontsHere = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <cachedir prefix="relative">cache</cachedir>
</fontconfig>
`;

async function moveInPlace(made: string, staging: string, wanted: string): Promise<void> {
  if (existsSync(packages)) await rename(packages, join(staging, 'outdated')).catch(() => {});
  await rename(made, packages).catch(async (error: unknown) => {
    if (!(await isInstalled(wanted))) throw error;
  });
}

if (import.meta.main) await installBrowser(console.log);
