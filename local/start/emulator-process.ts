import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adminClient } from '../onelink-api/admin-client.ts';
import type { SettingsInput } from '../onelink-api/settings.ts';

/**
 * The emulator in a process of its own: rendering QR codes takes no time from the local cloud.
 * @param nodeOptions options for its Node.js, beside those of this process
 * @throws Error if it ends before it listens. Its output is on stderr.
 */
export async function startEmulator(settings: SettingsInput, nodeOptions: readonly string[] = []) {
  const program = fileURLToPath(new URL('emulator-program.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(settings)], { execArgv: [...process.execArgv, ...nodeOptions] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { origin, baseUrl } = await new Promise<{ origin: string; baseUrl: string }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { origin: string; baseUrl: string }));
    child.once('exit', (code) => reject(new Error(`the OneLink API emulator ended with code ${code}`)));
  });
  return {
    /** `http://127.0.0.1:4570`: the origin for clicks on short links. */
    origin,
    baseUrl,
    pid: child.pid,
    admin: adminClient(origin),
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}

export type EmulatorProcess = Awaited<ReturnType<typeof startEmulator>>;
