import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPipeline } from './bench-pipeline.ts';
import { watchMachine } from './machine.ts';
import { difference } from './processes.ts';
import { monotonicMilliseconds } from './send-times.ts';

export interface MeasuredWindow {
  from: number;
  until: number;
  seconds: number;
  /** CPU seconds in the window, by function and engine. */
  cpuSeconds: Map<string, number>;
  /** Cores that were busy with any process, and with this pipeline. */
  busyCores: number;
  ownCores: number;
}

/** Measures the CPU use of a period. */
export async function measureWindow(
  pipeline: Pick<BenchPipeline, 'cpuSeconds'>,
  seconds: number,
  halfway: () => void = () => {},
): Promise<MeasuredWindow> {
  const busy = watchMachine();
  const before = pipeline.cpuSeconds();
  const from = monotonicMilliseconds();
  await sleep(seconds * 500);
  halfway();
  await sleep(seconds * 500);
  const until = monotonicMilliseconds();
  const cpuSeconds = difference(pipeline.cpuSeconds(), before);
  const elapsed = (until - from) / 1000;
  const ownCores = [...cpuSeconds.values()].reduce((sum, one) => sum + one, 0) / elapsed;
  return { from, until, seconds: elapsed, cpuSeconds, busyCores: busy().busyCores, ownCores };
}
