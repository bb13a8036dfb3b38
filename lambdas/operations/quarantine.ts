import { quarantineKeyForm } from '../domain/acts/quarantine.ts';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import { repaired } from '../domain/contract/repaired-command.ts';
import { ActFailed, type Performers } from './performers.ts';

export interface ReleasePorts {
  quarantine: {
    /** Undefined if there is no such object. */
    lines(key: string): Promise<string[] | undefined>;
    keepLines(lane: string, lotKey: string, reason: 'unreadable', lines: readonly string[]): Promise<void>;
    remove(key: string): Promise<void>;
  };
  parked: { add(command: ParkedCommand): Promise<void> };
}

/** How many lines are parked again, and how many are unreadable. */
export interface Released {
  released: number;
  left: number;
}

/** The acts on what could not be replayed. */
export function quarantineActs(ports: ReleasePorts): Pick<Performers, 'quarantine-release' | 'quarantine-drop'> {
  return {
    'quarantine-release': async ({ key }) => {
      const [, lane = ''] = quarantineKeyForm.exec(key) ?? [];
      const answer = await release({ key, lane }, ports);
      if (answer === undefined) throw absent();
      return { answer, effect: { ...answer } };
    },
    'quarantine-drop': async ({ key }) => {
      const lines = (await ports.quarantine.lines(key))?.length;
      if (lines === undefined) throw absent();
      await ports.quarantine.remove(key);
      return { answer: { lines }, effect: { lines } };
    },
  };
}

const absent = () =>
  new ActFailed('There is no such object in quarantine. To see the keys, run: onelink quarantine list');

/**
 * Parks the commands of an object in quarantine again. The replayer sends them back at the lane's rate. Unreadable lines
 * stay in quarantine. An interruption may park a command twice and loses none. The command is carried out once.
 *
 * @returns undefined if there is no such object
 */
export async function release(
  { key, lane }: { key: string; lane: string },
  { quarantine, parked }: ReleasePorts,
): Promise<Released | undefined> {
  const lines = await quarantine.lines(key);
  if (lines === undefined) return undefined;
  const commands = lines.map((line) => repaired(line, lane));
  const readable = commands.filter((command) => command !== undefined);
  const rest = lines.filter((_, index) => commands[index] === undefined);
  if (readable.length === 0 && rest.length > 0) return { released: 0, left: rest.length };
  await Promise.all(readable.map((command) => parked.add(command)));
  // Stores the rest in its own object before it removes the original.
  if (rest.length > 0) await quarantine.keepLines(lane, `parked/${lane}/rest`, 'unreadable', rest);
  await quarantine.remove(key);
  return { released: readable.length, left: rest.length };
}
