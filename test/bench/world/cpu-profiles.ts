import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { probeOf } from './probe.ts';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** A folder for CPU profiles of environments, and the option that loads the profiler into them. */
export async function cpuProfiler() {
  const probe = await probeOf('cpu-profile');
  return {
    ...probe,

    /** Ends the profiles of these processes and sums them. */
    async finish(pids: readonly number[]): Promise<Map<string, number>> {
      for (const pid of pids) process.kill(pid, 'SIGUSR2');
      const written = async () => (await readdir(probe.directory)).filter((name) => name.endsWith('.cpuprofile'));
      for (let waited = 0; (await written()).length < pids.length && waited < 100; waited++) await sleep(100);
      const sums = new Map<string, number>();
      for (const name of await written()) {
        const profile = JSON.parse(await readFile(join(probe.directory, name), 'utf8')) as Profile;
        for (const [where, milliseconds] of await byPackage(profile)) {
          sums.set(where, (sums.get(where) ?? 0) + milliseconds);
        }
      }
      return sums;
    },
  };
}

/** Milliseconds of a profile by package, by folder of `lambdas`, or by part of Node.js. Without idle time. */
async function byPackage({ nodes, samples, timeDeltas }: Profile): Promise<Map<string, number>> {
  const maps = new Map<string, SourceMap | undefined>();
  const places = new Map<number, string>();
  for (const { id, callFrame } of nodes) {
    const { url } = callFrame;
    if (url.startsWith('file:') && !maps.has(url)) maps.set(url, await sourceMapOf(url));
    places.set(id, placeOf(callFrame, maps.get(url)));
  }
  const sums = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const place = places.get(id) ?? 'unknown';
    if (place !== 'idle') sums.set(place, (sums.get(place) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  return sums;
}

async function sourceMapOf(url: string): Promise<SourceMap | undefined> {
  const text = await readFile(`${fileURLToPath(url)}.map`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : new SourceMap(JSON.parse(text));
}

function placeOf(
  { functionName, url, lineNumber, columnNumber }: Profile['nodes'][number]['callFrame'],
  map?: SourceMap,
) {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collection';
  // JavaScript of the engine itself, and system calls without a frame.
  if (functionName === '(program)') return 'Node.js: native code';
  if (url === '') return `Node.js: ${functionName}`;
  if (url.startsWith('node:')) return `Node.js: ${url.replace(/^node:(internal\/)?/, '').split('/')[0]}`;
  if (map === undefined) return 'the runtime and the probe';
  const entry = map.findEntry(lineNumber, columnNumber);
  const source = 'originalSource' in entry ? String(entry.originalSource) : '';
  const [, dependency] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  if (dependency !== undefined) return dependency;
  const [, room] = /lambdas\/([^/]+)\//.exec(source) ?? [];
  return room === undefined ? 'the bundle' : `lambdas/${room}`;
}
