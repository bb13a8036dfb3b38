import type { WeatherPlan } from '../../weather/plan.ts';

/** The counts of the weather: a line for each service, with a count for each kind. */
export function weatherWords(weather: Pick<WeatherPlan, 'seed' | 'strength' | 'counts'> | undefined): string[] {
  if (weather === undefined) return [];
  const counts = [...weather.counts()];
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const lines = [...Map.groupBy(counts, ([kind]) => kind.slice(0, kind.indexOf('-')))].map(([service, ofService]) => {
    const terms = ofService.map(
      ([kind, count]) => `${kind.slice(service.length + 1).replaceAll('-', ' ')} ${count.toLocaleString('en')}`,
    );
    return `  ${service}: ${terms.join(', ')}`;
  });
  return [
    `The weather (seed ${weather.seed}, ${weather.strength}) degraded services ${all === 1 ? 'once' : `${all.toLocaleString('en')} times`}:`,
    ...lines,
  ];
}
