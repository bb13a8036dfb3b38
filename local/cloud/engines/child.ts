import type { EngineSettings } from './engine.ts';

/** The settings that the parent gave to this engine process, which ends when the parent does. */
export function engineSettings(): EngineSettings {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group; when engines end is for the parent to say.
  process.on('SIGINT', () => {});
  return JSON.parse(process.argv[2] ?? '') as EngineSettings;
}

/** Tells the parent that the engine listens. */
export function reportPort(port: number): void {
  process.send?.({ port });
}
