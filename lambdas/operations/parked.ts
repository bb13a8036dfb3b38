import type { Performers } from './performers.ts';

/** The act on parked commands. The replayer sends them back. It runs every minute anyway. */
export function parkedActs({ replayer }: { replayer: { start(): Promise<void> } }): Pick<Performers, 'replay'> {
  return {
    replay: async () => {
      await replayer.start();
      return { answer: {}, effect: { started: true } };
    },
  };
}
