import type { AlarmStates } from './alarm-states.ts';

/**
 * The alarms, for a function that seldom needs them. The bundle keeps CloudWatch's client in its own file and loads that file with
 * the first alarm, so no cold start waits for it.
 */
export function onDemandAlarmStates(): Pick<AlarmStates, 'read' | 'fire'> {
  let loading: Promise<AlarmStates> | undefined;
  const states = () => {
    loading ??= import('./alarm-states.ts').then(({ alarmStates }) => alarmStates());
    return loading;
  };
  return {
    read: async (name) => (await states()).read(name),
    fire: async (name, reason) => (await states()).fire(name, reason),
  };
}
