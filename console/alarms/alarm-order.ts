import type { AlarmItem } from '../../cli/console/contract/alarms.ts';

/** The alarms in ALARM, and the rest. Both keep their order. */
export const divided = (alarms: readonly AlarmItem[]) => ({
  ringing: alarms.filter(({ state }) => state === 'ALARM'),
  others: alarms.filter(({ state }) => state !== 'ALARM'),
});

/** Whether an address names this alarm: by its entry in the runbook, or by its own name. */
export const isNamed = ({ name, entry }: Pick<AlarmItem, 'name' | 'entry'>, wanted: string | undefined) =>
  wanted !== undefined && (wanted === name || wanted === entry);

/** The name without the stack, with which all names begin. */
export const shortName = (name: string, stack: string) =>
  name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : name;

const words: Readonly<Record<AlarmItem['state'], string>> = {
  ALARM: 'In alarm',
  OK: 'Fine',
  INSUFFICIENT_DATA: 'No data yet',
};
export const stateWords = (state: AlarmItem['state']) => words[state];
