/**
 * `node --import` loads this into a process, for the benchmark only. At its end, the process writes its processor time in microseconds and its
 * peak memory in kilobytes.
 */
import { writeFileSync } from 'node:fs';

const directory = new URL(import.meta.url).searchParams.get('directory');
process.on('exit', () => writeFileSync(`${directory}/${process.pid}`, JSON.stringify(process.resourceUsage())));
