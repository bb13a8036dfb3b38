import type { QuarantineStore } from '../../../lambdas/adapters/quarantine-store.ts';
import { isObject } from '../../../lambdas/domain/contract/json-object.ts';
import { type ParkedCommand, parkedCommandIn } from '../../../lambdas/domain/contract/parked-command.ts';
import { wireText } from '../../../lambdas/domain/contract/wire-json.ts';

export interface ReleasePorts {
  quarantine: Pick<QuarantineStore, 'lines' | 'keepLines' | 'remove'>;
  parked: { add(command: ParkedCommand): Promise<void> };
}

/** How many lines went back to the parked ones, and how many nobody can read. */
export interface Released {
  released: number;
  left: number;
}

/**
 * Parks the commands of an object in quarantine again: the replayer brings them back at the lane's rate. Lines that stay
 * unreadable stay in quarantine. Interrupted, it parks a command twice rather than losing it; it is carried out once.
 *
 * @returns undefined when there is no such object
 */
export async function release(
  { key, lane }: { key: string; lane: string },
  { quarantine, parked }: ReleasePorts,
): Promise<Released | undefined> {
  const lines = await quarantine.lines(key);
  if (lines === undefined) return undefined;
  const commands = lines.map((line) => mended(line, lane));
  const readable = commands.filter((command) => command !== undefined);
  const rest = lines.filter((_, index) => commands[index] === undefined);
  if (readable.length === 0 && rest.length > 0) return { released: 0, left: rest.length };
  await Promise.all(readable.map((command) => parked.add(command)));
  // In an object of their own, before the whole one goes.
  if (rest.length > 0) await quarantine.keepLines(lane, `parked/${lane}/rest`, 'unreadable', rest);
  await quarantine.remove(key);
  return { released: readable.length, left: rest.length };
}

/** A line's command; one without a sound first sent time is as old as its parking. */
export function mended(line: string, lane: string): ParkedCommand | undefined {
  const command = parkedCommandIn(line) ?? parkedCommandIn(withSentTime(line));
  return command && { ...command, lane, body: wireText(command.body) };
}

function withSentTime(line: string): string {
  try {
    const json: unknown = JSON.parse(line);
    return isObject(json) ? JSON.stringify({ ...json, sentAtMilliseconds: json.parkedAtMilliseconds }) : line;
  } catch {
    return line;
  }
}
