// Imported first by what needs Node.js 24, in plain JavaScript. Under an older Node.js the same command is run again by the
// Node.js 24 that `npm ci` puts into node_modules (Linux and Windows); where there is none, this says what to do.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (Number.parseInt(process.versions.node, 10) < 24) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = fileURLToPath(
    new URL(`../node_modules/node-${platform}-${process.arch}/bin/${program}`, import.meta.url),
  );
  if (!existsSync(node)) {
    console.error(
      `This needs Node.js 24 and was started by ${process.version}. On Linux and Windows, npm ci brings one along; ` +
        'elsewhere install it first (https://nodejs.org/, or: nvm install 24).',
    );
    process.exit(2);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // Ctrl-C reaches both of them already; when it ends is for the child to say.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
  process.exit();
}
