import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPipeline } from './bench-pipeline.ts';
import { watchMachine } from './machine.ts';
import { difference } from './processes.ts';
import { monotonicMilliseconds } from './send-times.ts';

/** Measures the CPU use of a period: CPU seconds by function and engine, and the cores that any process and this pipeline kept busy. */
export async function measureWindow(
  pipeline: Pick<BenchPipeline, 'cpuSeconds'>,
  seconds: number,
  halfway: () => void = () => {},
) {
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
  return { from, until, seconds: elapsed, cpuSeconds, ...busy(), ownCores };
}
