import { writeFile } from 'node:fs/promises';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';

/** The number of commands, unless a cap or a reserve allows a lane fewer. */
const wanted = 2_000;

export interface MadeCommand {
  lane: string;
  body: Record<string, unknown>;
}

/**
 * Creates for a pipeline of any configuration: from each producer for each of its templates on each of its lanes. Every
 * tenth has a QR code, every third has a brand domain if the template has one, and every twentieth is sent twice.
 */
export function madeCommands(
  { settings, account }: Pick<ConfiguredPipeline, 'settings' | 'account'>,
  now: Date,
): MadeCommand[] {
  const ways = settings.producers.flatMap(({ source, lanes, templates }) =>
    [...new Set(lanes)].flatMap((lane) => [...new Set(templates)].map((onelinkId) => ({ source, lane, onelinkId }))),
  );
  const room = (lane: string): number => {
    const { hourlyCapCalls = wanted, dailyCapCalls = wanted, quotaReserveCalls = 0 } = settings.lanes[lane] ?? {};
    return Math.min(hourlyCapCalls, dailyCapCalls, account.monthlyQuotaCalls - quotaReserveCalls);
  };
  const rounds = ways.map((way) => {
    const sharers = ways.filter(({ lane }) => lane === way.lane).length;
    return Math.min(Math.ceil(wanted / ways.length), Math.floor(room(way.lane) / sharers));
  });
  // Each combination in turn: `--limit` must leave none out.
  const numbers = Array.from({ length: Math.max(0, ...rounds) }, (_, index) => index + 1);
  return numbers.flatMap((number) =>
    ways
      .filter((_, index) => number <= (rounds[index] ?? 0))
      .flatMap(({ source, lane, onelinkId }): MadeCommand[] => {
        const brandDomain = settings.templates[onelinkId]?.brandDomains[0];
        const body = {
          specVersion: '1.0',
          source,
          requestId: `made-${lane}-${onelinkId}-${number}`,
          action: 'create',
          requestedAt: now.toISOString(),
          onelinkId,
          data: { pid: 'local_run', c: 'made_commands', deep_link_value: `page-${number}` },
          ttl: '1d',
          ...(number % 3 === 0 && brandDomain !== undefined && { brandDomain }),
          ...(number % 10 === 0 && { qr: { size: 300 } }),
        };
        return Array.from({ length: number % 20 === 0 ? 2 : 1 }, () => ({ lane, body }));
      }),
  );
}

/** Writes them as a campaign: NDJSON, with a set-up file for the lane of each line. */
export async function writeMadeCommands(file: string, commands: readonly MadeCommand[]): Promise<void> {
  const lanes = Object.fromEntries(commands.map(({ lane }, index) => [index + 1, lane]));
  await Promise.all([
    writeFile(file, commands.map(({ body }) => `${JSON.stringify(body)}\n`).join('')),
    writeFile(file.replace(/\.ndjson$/, '.setup.json'), JSON.stringify({ foreignLinks: [], lanes })),
  ]);
}
