import { shiftDate } from '../shifted-date.mjs';
import type { EngineSettings, ToEngine } from './engine.ts';

/**
 * The settings that the parent gave to this engine process. The process ends when the parent does.
 * @param clockShifted called after each leap of the time, before the parent gets its confirmation
 */
export function engineSettings(clockShifted: () => void = () => {}): EngineSettings {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group, but the parent decides when engines end.
  process.on('SIGINT', () => {});
  process.on('message', ({ clockOffsetMilliseconds }: ToEngine) => {
    shiftDate(clockOffsetMilliseconds);
    clockShifted();
    process.send?.({ clockOffsetMilliseconds });
  });
  return JSON.parse(process.argv[2] ?? '') as EngineSettings;
}

/** Reports to the parent that the engine listens. */
export function reportPort(port: number): void {
  process.send?.({ port });
}
