import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { probeOf } from '../world/probe.ts';

const program = fileURLToPath(new URL('../../../bin/onelink.mjs', import.meta.url));
const headers = 'request_id,pid,c,af_channel,af_ad,deep_link_value,first_name,voucher';
/** A producer and a template of examples/configuration.ts. Two columns stay out of the links. */
const settings = ['--source', 'crm', '--template', 'A1b3', '--map', 'first_name=-', '--map', 'voucher=-'];

interface Check {
  rows: number;
  /** Of Node.js, for what lives long. Undefined: its default. */
  heapMegabytes?: number;
}

/** The check of a large CSV file by `onelink campaign plan`, as a campaign's checker does it. */
export async function fileCheck({ report, commands = 1_000_000 }: BenchOptions): Promise<Findings> {
  const checks: Check[] = [
    { rows: commands },
    { rows: Math.ceil(commands / 10) },
    { rows: Math.ceil(commands / 5), heapMegabytes: 64 },
  ];
  const runs: Awaited<ReturnType<typeof planOf>>[] = [];
  for (const check of checks) {
    report(`file-check: ${check.rows.toLocaleString('en')} rows`);
    runs.push(await planOf(check));
  }
  return {
    figures: { runs },
    table: table(
      ['campaign plan', 'MB of CSV', 'heap limited to', 'processor time', 'rows a second', 'peak memory'],
      runs.map((run) => [
        `${run.rows.toLocaleString('en')} rows`,
        run.fileMegabytes.toFixed(0),
        run.heapMegabytes === undefined ? '–' : `${run.heapMegabytes} MB`,
        `${run.cpuSeconds.toFixed(1)} s`,
        Math.round(run.rows / run.cpuSeconds).toLocaleString('en'),
        `${run.peakMegabytes.toFixed(0)} MB`,
      ]),
    ),
    broken: runs.flatMap(({ rows, exitCode }) =>
      exitCode === 0 ? [] : [`file-check: ${rows} rows: campaign plan ended with ${exitCode}`],
    ),
  };
}

async function planOf({ rows, heapMegabytes }: Check) {
  const probe = await probeOf('resource-use');
  const file = join(probe.directory, 'autumn.csv');
  try {
    await pipeline(Readable.from(csv(rows)), createWriteStream(file));
    const fileMegabytes = (await stat(file)).size / 1_000_000;
    const heap = heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`];
    const run = spawn(process.execPath, [...heap, probe.nodeOption, program, 'campaign', 'plan', file, ...settings], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      run.once('exit', resolve).once('error', reject);
    });
    const used = (await readdir(probe.directory)).find((name) => name === String(run.pid));
    if (used === undefined) throw new Error(`campaign plan ended with ${exitCode}, and wrote no use of resources`);
    const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(
      await readFile(join(probe.directory, used), 'utf8'),
    ) as NodeJS.ResourceUsage;
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    return { rows, heapMegabytes, fileMegabytes, exitCode, cpuSeconds, peakMegabytes: maxRSS / 1_024 };
  } finally {
    await rm(probe.directory, { recursive: true, force: true });
  }
}

/** A file as a manager exports it: a key, what the links carry, and two columns of the customer. */
function* csv(rows: number): Generator<string> {
  yield `${headers}\r\n`;
  for (let row = 0; row < rows; row++) {
    const shop = `shop ${row % 250}`;
    yield `autumn-${row},crm_email,"autumn, ${shop}",email,variant ${row % 7},product/${row % 10_000},Customer ${row},V${(row * 7_919) % 1_000_003}\r\n`;
  }
}
