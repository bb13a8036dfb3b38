import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expiryLane } from '../../../../lambdas/domain/work/names.ts';
import type { PlayedMonth } from '../play.ts';
import type { Calendar } from '../traffic/calendar.ts';
import { type Band, colours, type Plot, svgOf } from './svg.ts';

const [hour, day] = [3_600_000, 86_400_000];

/**
 * Draws the month: calls, quota and backlog, a point for each hour. The same month makes the same files.
 *
 * @param madeBy the command that has played it; each file has it
 * @returns the files
 */
export async function drawMonth(
  folder: string,
  played: PlayedMonth,
  calendar: Calendar,
  madeBy: string,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const plots = { calls: callsPlot, quota: quotaPlot, backlog: backlogPlot };
  const files: string[] = [];
  for (const [name, plot] of Object.entries(plots)) {
    const file = join(folder, `${name}.svg`);
    await writeFile(file, svgOf({ ...plot(played), ...axisOf(played, calendar), madeBy }));
    files.push(file);
  }
  return files;
}

type Drawn = Pick<Plot, 'title' | 'unit' | 'series' | 'limits'>;

function axisOf(
  { samples, from }: PlayedMonth,
  { events, days, daysAfter }: Calendar,
): Pick<Plot, 'axis' | 'bands' | 'ticks'> {
  const length = (samples.at(-1)?.at ?? from + hour) - from;
  const words = { outage: 'outage of the API', token: 'token refused', 'rate-limited': '429s' };
  const bands = events.flatMap((event): Band[] => {
    if (event.kind === 'spent-elsewhere') return [];
    const begins = (event.atHours * hour) / length;
    return [
      { name: words[event.kind], from: begins, to: begins + (event.hours * hour) / length, colour: colours.yellow },
    ];
  });
  const turn = (days * day) / length;
  const step = Math.max(1, Math.ceil((days + daysAfter) / 12));
  const ticks = Array.from({ length: Math.ceil(days / step) }, (_, index) => ({
    name: nameOf(from + index * step * day),
    at: (index * step * day) / length,
  }));
  return {
    axis: `${new Date(from).toLocaleString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })}, days in UTC`,
    bands: [...bands, { name: 'month’s turn', from: turn, to: turn, colour: colours.grey }],
    ticks,
  };
}

const nameOf = (at: number) =>
  new Date(at).toLocaleString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

function callsPlot({ samples, cloud }: PlayedMonth): Drawn {
  const most = cloud.size.callsPerSecond;
  return {
    title: 'The fullest second of each hour, beside the plan',
    unit: 'calls to the OneLink API in a sliding second, the most of each hour',
    series: [{ name: 'calls', colour: colours.blue, values: samples.map(({ fullestSecond }) => fullestSecond) }],
    limits: [{ name: `the most that the plan allows: ${most}`, value: most, colour: colours.orange }],
  };
}

function quotaPlot({ samples, governed, cloud }: PlayedMonth): Drawn {
  const { monthlyQuotaCalls, lanes } = cloud.size;
  let next = 0;
  const forecast = samples.map(({ at }) => {
    while ((governed.forecasts[next + 1]?.at ?? Number.POSITIVE_INFINITY) <= at) next++;
    const last = governed.forecasts[next];
    // In the first hours of a month there is no forecast.
    return last === undefined || last.at > at || at - last.at > hour ? null : (last.percent * monthlyQuotaCalls) / 100;
  });
  const begins = monthlyQuotaCalls - Math.max(...lanes.map(({ reserveCalls }) => reserveCalls));
  const words = (value: number) => value.toLocaleString('en');
  return {
    title: 'The quota, and what the governor forecasts for the month’s end',
    unit: 'POST, PUT and DELETE calls of the month',
    series: [
      { name: 'used', colour: colours.blue, values: samples.map(({ quotaUsed }) => quotaUsed) },
      { name: 'forecast of the month’s end', colour: colours.orange, dashed: true, values: forecast },
    ],
    limits: [
      { name: `quota: ${words(monthlyQuotaCalls)}`, value: monthlyQuotaCalls, colour: colours.black },
      { name: `the campaign lane’s reserve begins: ${words(begins)}`, value: begins, colour: colours.green },
    ],
  };
}

function backlogPlot({ samples, cloud }: PlayedMonth): Drawn {
  const palette = [colours.green, colours.blue, colours.purple];
  const lanes = [...cloud.size.lanes.map(({ name }) => name), expiryLane];
  return {
    title: 'What waits: in files, in queues, and parked in the archive',
    unit: 'rows, messages and commands, the most of each hour',
    series: [
      { name: 'rows in campaign files', colour: colours.sky, values: samples.map(({ inFiles }) => inFiles) },
      { name: 'parked', colour: colours.orange, values: samples.map(({ parked }) => parked) },
      ...lanes.map((name, index) => ({
        name: `queue ${name}`,
        colour: palette[index % palette.length] ?? colours.grey,
        values: samples.map(({ queued }) => queued[name] ?? 0),
      })),
    ],
    limits: [],
  };
}
