import type { ClockChange, ClockView } from './control.ts';
import type { Stats } from './emulator.ts';
import type { ArmedFault, FaultInput } from './faults.ts';
import type { LinkView, PreloadedLink } from './inventory.ts';
import type { Settings, SettingsPatch } from './settings.ts';

/** The emulator refused a request. The message names the path and the rule. */
export class AdminError extends Error {}

/**
 * The methods of `Control`, for an emulator that runs in another process.
 * @param origin The emulator's origin, such as `http://127.0.0.1:4570`
 * @throws AdminError from every method if the emulator refuses
 */
export function adminClient(origin: string) {
  const call = async (method: string, name: string, body?: unknown): Promise<string> => {
    const response = await fetch(new URL(`/__emulator/${name}`, origin), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new AdminError(`${method} ${name}: ${response.status} ${text}`);
    return text;
  };
  const json = async (method: string, name: string, body?: unknown) => JSON.parse(await call(method, name, body));
  return {
    stats: (): Promise<Stats> => json('GET', 'stats'),
    async links(): Promise<LinkView[]> {
      const lines = (await call('GET', 'links')).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line));
    },
    preload: async (links: readonly PreloadedLink[]): Promise<number> => (await json('POST', 'links', links)).preloaded,
    faults: async (): Promise<ArmedFault[]> => (await json('GET', 'faults')).faults,
    addFaults: async (faults: FaultInput | readonly FaultInput[]): Promise<ArmedFault[]> =>
      (await json('POST', 'faults', faults)).faults,
    clearFaults: async () => void (await call('DELETE', 'faults')),
    clock: (): Promise<ClockView> => json('GET', 'clock'),
    moveClock: (change: ClockChange): Promise<ClockView> => json('POST', 'clock', change),
    settings: (): Promise<Settings> => json('GET', 'settings'),
    changeSettings: (change: SettingsPatch): Promise<Settings> => json('POST', 'settings', change),
    reset: async () => void (await call('POST', 'reset')),
  };
}

export type AdminClient = ReturnType<typeof adminClient>;
