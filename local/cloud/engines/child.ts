import { shiftDate } from '../shifted-date.mjs';
import type { EngineSettings, ToEngine } from './engine.ts';

/**
 * The settings that the parent gave to this engine process, which ends when the parent does.
 * @param clockShifted called whenever the time has leapt, before the parent hears that it has
 */
export function engineSettings(clockShifted: () => void = () => {}): EngineSettings {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group; when engines end is for the parent to say.
  process.on('SIGINT', () => {});
  process.on('message', ({ clockOffsetMilliseconds }: ToEngine) => {
    shiftDate(clockOffsetMilliseconds);
    clockShifted();
    process.send?.({ clockOffsetMilliseconds });
  });
  return JSON.parse(process.argv[2] ?? '') as EngineSettings;
}

/** Tells the parent that the engine listens. */
export function reportPort(port: number): void {
  process.send?.({ port });
}
