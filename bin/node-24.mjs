// Programs that need Node.js 24 import this first. It is plain JavaScript, which an older Node.js can run. An older Node.js
// starts the same command again with the Node.js 24 that `npm ci` installs on Linux and Windows. Without one, it prints what to do.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** Passes the launcher's process ID to its child. */
const launcherVariable = 'ONELINK_LAUNCHED_BY';
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

if (Number.parseInt(process.versions.node, 10) < 24) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = installedNode(`node-${platform}-${process.arch}/bin/${program}`);
  if (node === undefined) {
    console.error(
      `This program needs Node.js 24, and ${process.version} started it. On Linux and Windows, npm ci installs Node.js 24. ` +
        'On other systems, install it first (https://nodejs.org/, or: nvm install 24).',
    );
    process.exit(2);
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, [launcherVariable]: String(process.pid) },
  });
  // Ctrl-C in a terminal reaches both processes, `kill -INT` only this one. The two look alike, so the child always gets the signal again.
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal])));
  });
  process.exit();
}

if (process.env[launcherVariable] === String(process.ppid)) takeTwoForOne();

/** npm installs it beside this program: in a checkout below it, in another project often above it. */
function installedNode(path) {
  try {
    return createRequire(import.meta.url).resolve(path);
  } catch {
    return undefined;
  }
}

/**
 * One Ctrl-C comes twice: from the terminal and from the launcher. The first starts an orderly shutdown, and the second would end the
 * process at once. So the process ignores a second signal within half a second.
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
    // A listener keeps Node.js from ending by itself. So without other listeners, this one ends the process.
    const last = () => {
      if (process.listenerCount(signal) > 1) return;
      process.off(signal, last);
      process.kill(process.pid, signal);
    };
    process.on(signal, last);
  }
}
