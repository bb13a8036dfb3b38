import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expiryLane } from '../../../../lambdas/domain/work/names.ts';
import type { PlayedMonth } from '../play.ts';
import type { Calendar } from '../traffic/calendar.ts';
import { type Band, colours, type Plot, svgOf } from './svg.ts';

const [hour, day] = [3_600_000, 86_400_000];

/** Draws the month: calls, quota and backlog, a point for each hour. @returns the files */
export async function drawMonth(folder: string, played: PlayedMonth, calendar: Calendar): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const plots = { calls: callsPlot, quota: quotaPlot, backlog: backlogPlot };
  const files: string[] = [];
  for (const [name, plot] of Object.entries(plots)) {
    const file = join(folder, `${name}.svg`);
    await writeFile(file, svgOf({ ...plot(played), ...axisOf(played, calendar) }));
    files.push(file);
  }
  return files;
}

type Drawn = Omit<Plot, 'bands' | 'ticks'>;

function axisOf({ samples, from }: PlayedMonth, { events, days, daysAfter }: Calendar): Pick<Plot, 'bands' | 'ticks'> {
  const all = days + daysAfter;
  const length = (samples.at(-1)?.at ?? from) - from;
  const words = { outage: 'outage of the API', token: 'the token is refused', 'rate-limited': '429s' };
  const bands = events.flatMap((event): Band[] => {
    if (event.kind === 'spent-elsewhere') return [];
    const begins = (event.atHours * hour) / length;
    return [{ name: words[event.kind], from: begins, to: begins + (event.hours * hour) / length }];
  });
  const step = Math.max(1, Math.ceil(all / 12));
  const ticks = Array.from({ length: Math.ceil(all / step) }, (_, index) =>
    new Date(from + index * step * day).toISOString().slice(5, 10),
  );
  return { bands, ticks };
}

function callsPlot({ samples, cloud }: PlayedMonth): Drawn {
  return {
    title: 'The fullest second of each hour, beside the plan',
    unit: 'calls to the OneLink API in any sliding second',
    series: [{ name: 'calls', colour: colours.blue, values: samples.map(({ fullestSecond }) => fullestSecond) }],
    limit: { name: 'the most that the plan allows', value: cloud.size.callsPerSecond },
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
  const reserve = Math.max(...lanes.map(({ reserveCalls }) => reserveCalls));
  return {
    title: 'The quota, and what the governor forecasts for the month’s end',
    unit: 'POST, PUT and DELETE calls of the month',
    series: [
      { name: 'used', colour: colours.blue, values: samples.map(({ quotaUsed }) => quotaUsed) },
      { name: 'forecast of the month’s end', colour: colours.orange, dashed: true, values: forecast },
    ],
    limit: { name: 'the campaign lane’s reserve begins', value: monthlyQuotaCalls - reserve },
  };
}

function backlogPlot({ samples, cloud }: PlayedMonth): Drawn {
  const palette = [colours.green, colours.blue, colours.purple];
  const lanes = [...cloud.size.lanes.map(({ name }) => name), expiryLane];
  return {
    title: 'What waits: in the queues, and parked in the archive',
    unit: 'the most of each hour',
    series: [
      { name: 'parked', colour: colours.orange, values: samples.map(({ parked }) => parked) },
      ...lanes.map((name, index) => ({
        name: `queue ${name}`,
        colour: palette[index % palette.length] ?? colours.grey,
        values: samples.map(({ queued }) => queued[name] ?? 0),
      })),
    ],
  };
}
