// Imported first by what needs Node.js 24, in plain JavaScript. Under an older Node.js the same command is run again by the
// Node.js 24 that `npm ci` puts into node_modules (Linux and Windows); where there is none, this says what to do.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The launcher's process ID, for its child. */
const launcherVariable = 'ONELINK_LAUNCHED_BY';
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

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
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, [launcherVariable]: String(process.pid) },
  });
  // A terminal's Ctrl-C reaches both, another's `kill -INT` this one alone: nobody can tell, so that the child gets it again.
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal])));
  });
  process.exit();
}

if (process.env[launcherVariable] === String(process.ppid)) takeTwoForOne();

/**
 * One Ctrl-C comes twice, from the terminal and from the launcher, and the second would end at once what the first ends in good order.
 * Of two within half a second the second is not heard.
 */
function takeTwoForOne() {
  const lastAt = new Map(passedOn.map((signal) => [signal, Number.NEGATIVE_INFINITY]));
  const emit = process.emit;
  process.emit = (name, ...rest) => {
    const before = lastAt.get(name);
    if (before !== undefined) {
      lastAt.set(name, performance.now());
      if (performance.now() - before < 500) return true;
    }
    return emit.call(process, name, ...rest);
  };
  for (const signal of passedOn) {
    // Its presence keeps Node.js from ending by itself, and it does so where nobody else listens.
    const last = () => {
      if (process.listenerCount(signal) > 1) return;
      process.off(signal, last);
      process.kill(process.pid, signal);
    };
    process.on(signal, last);
  }
}
