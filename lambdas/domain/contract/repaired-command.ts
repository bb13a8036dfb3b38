import { objectIn } from './object-text.ts';
import { type ParkedCommand, parkedCommandIn } from './parked-command.ts';
import { wireText } from './wire-json.ts';

/** A line's command. If the line has no valid first sent time, the time of its parking takes its place. */
export function repaired(line: string, lane: string): ParkedCommand | undefined {
  const command = parkedCommandIn(line) ?? parkedCommandIn(withSentTime(line));
  return command && { ...command, lane, body: wireText(command.body) };
}

function withSentTime(line: string): string {
  const json = objectIn(line);
  return json === undefined ? line : JSON.stringify({ ...json, sentAtMilliseconds: json.parkedAtMilliseconds });
}
