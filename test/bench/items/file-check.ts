import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { probeOf } from '../world/probe.ts';

const program = fileURLToPath(new URL('../../../bin/onelink.mjs', import.meta.url));
const configuration = fileURLToPath(new URL('../../../examples/configuration.ts', import.meta.url));
const headers = 'request_id,pid,c,af_channel,af_ad,deep_link_value,first_name,voucher';
/** A producer and a template of examples/configuration.ts. Two columns stay out of the links. */
const settings = ['--source', 'crm', '--template', 'A1b3', '--map', 'first_name=-', '--map', 'voucher=-'];

interface Check {
  rows: number;
  /** Of Node.js, for what lives long. Undefined: its default. */
  heapMegabytes?: number | undefined;
}

interface Plan extends Check {
  fileMegabytes: number;
  /** Without these, the check failed. */
  cpuSeconds?: number;
  peakMegabytes?: number;
  fault?: string;
}

/** The check of a large CSV file by `onelink campaign plan`, as a campaign's checker does it. */
export async function fileCheck({ report, commands = 1_000_000 }: BenchOptions): Promise<Findings> {
  const checks: Check[] = [
    { rows: commands },
    { rows: Math.ceil(commands / 10) },
    { rows: Math.ceil(commands / 5), heapMegabytes: 64 },
  ];
  const runs: Plan[] = [];
  for (const check of checks) {
    report(`file-check: ${check.rows.toLocaleString('en')} rows`);
    runs.push(await planOf(check));
  }
  return {
    figures: { runs },
    table: table(
      ['campaign plan', 'MB of CSV', 'heap limited to', 'processor time', 'rows for each second of it', 'peak memory'],
      runs.map((run) => [
        `${run.rows.toLocaleString('en')} rows`,
        run.fileMegabytes.toFixed(0),
        run.heapMegabytes === undefined ? '–' : `${run.heapMegabytes} MB`,
        run.cpuSeconds === undefined ? 'failed' : `${run.cpuSeconds.toFixed(1)} s`,
        run.cpuSeconds === undefined ? '–' : Math.round(run.rows / run.cpuSeconds).toLocaleString('en'),
        run.peakMegabytes === undefined ? '–' : `${run.peakMegabytes.toFixed(0)} MB`,
      ]),
    ),
    broken: runs.flatMap(({ rows, fault }) =>
      fault === undefined ? [] : [`file-check: ${rows} rows: campaign plan ${fault}`],
    ),
  };
}

async function planOf({ rows, heapMegabytes }: Check): Promise<Plan> {
  const probe = await probeOf('resource-use');
  const file = join(probe.directory, 'autumn.csv');
  try {
    await pipeline(Readable.from(csv(rows)), createWriteStream(file));
    const fileMegabytes = (await stat(file)).size / 1_000_000;
    const heap = heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`];
    const run = spawn(process.execPath, [...heap, probe.nodeOption, program, 'campaign', 'plan', file, ...settings], {
      // With exit code 1, the plan has the reason.
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ONELINK_CONFIG: configuration },
    });
    const plan = text(run.stdout);
    const kill = () => run.kill('SIGKILL');
    process.prependOnceListener('exit', kill);
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      run.once('exit', resolve).once('error', reject);
    });
    process.off('exit', kill);
    if (exitCode !== 0) return { rows, heapMegabytes, fileMegabytes, fault: `ended with ${exitCode}: ${await plan}` };
    const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(
      await readFile(join(probe.directory, String(run.pid)), 'utf8'),
    ) as NodeJS.ResourceUsage;
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    return { rows, heapMegabytes, fileMegabytes, cpuSeconds, peakMegabytes: maxRSS / 1_024 };
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
