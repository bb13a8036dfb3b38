import type { QuarantineStore } from '../../../lambdas/adapters/quarantine-store.ts';
import { type ParkedCommand, parkedCommandIn } from '../../../lambdas/domain/contract/parked-command.ts';
import { wireText } from '../../../lambdas/domain/contract/wire-json.ts';
import { objectIn } from '../../files/json-object.ts';

export interface ReleasePorts {
  quarantine: Pick<QuarantineStore, 'lines' | 'keepLines' | 'remove'>;
  parked: { add(command: ParkedCommand): Promise<void> };
}

/** How many lines are parked again, and how many are unreadable. */
export interface Released {
  released: number;
  left: number;
}

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

/** A line's command. If the line has no valid first sent time, the time of its parking takes its place. */
export function repaired(line: string, lane: string): ParkedCommand | undefined {
  const command = parkedCommandIn(line) ?? parkedCommandIn(withSentTime(line));
  return command && { ...command, lane, body: wireText(command.body) };
}

function withSentTime(line: string): string {
  const json = objectIn(line);
  return json === undefined ? line : JSON.stringify({ ...json, sentAtMilliseconds: json.parkedAtMilliseconds });
}
