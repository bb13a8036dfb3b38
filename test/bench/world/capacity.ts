import { setTimeout as sleep } from 'node:timers/promises';
import { config } from '../../../examples/configuration.ts';
import { benchPipeline } from './bench-pipeline.ts';
import { creates } from './commands.ts';
import { lanePlans } from './lanes.ts';
import { cores } from './machine.ts';
import { measureWindow } from './measured-window.ts';
import { variantAt } from './synthesis.ts';

/** Low enough for any machine, and high enough to warm it up. */
const trialCallsPerSecond = 300;
/** The share of the machine's cores above which timers fire late. */
const usableShare = 0.75;

/**
 * The highest account limit that this machine can sustain with the embedded engines. It follows from the CPU time of a call in
 * a short trial, and from the free cores. In steps of 50, up to the limit in examples/configuration.ts.
 */
export async function sustainableCallsPerSecond(report: (line: string) => void): Promise<number> {
  const pipeline = await benchPipeline({
    variant: variantAt({ callsPerSecond: trialCallsPerSecond }),
    emulator: { latencyMilliseconds: 10, latencyJitterMilliseconds: 20 },
  });
  try {
    await pipeline.feedWorkers(false);
    for (const { lane, link } of lanePlans(pipeline)) {
      await pipeline.send(
        lane,
        creates(`trial-${lane}`, link.concurrency * (link.callsPerSecond * 30 + link.batchSize), 20),
      );
    }
    await pipeline.feedWorkers(true);
    await sleep(15_000);
    const before = (await pipeline.api.admin.stats()).arrivals.api;
    const window = await measureWindow(pipeline, 10);
    const calls = (await pipeline.api.admin.stats()).arrivals.api - before;
    const cpuMilliseconds = (window.ownCores * window.seconds * 1000) / Math.max(1, calls);
    const free = cores - (window.busyCores - window.ownCores);
    const sustainable = Math.floor((usableShare * free * 1000) / cpuMilliseconds / 50) * 50;
    const configured = Math.max(...Object.values(config.accounts).map(({ callsPerSecond }) => callsPerSecond));
    const chosen = Math.min(configured, Math.max(100, sustainable));
    report(
      `a call costs ${cpuMilliseconds.toFixed(2)} ms of CPU in total, ${free.toFixed(2)} of ${cores} cores are free: ` +
        `an account of ${chosen} calls/s`,
    );
    return chosen;
  } finally {
    await pipeline.stop();
  }
}
