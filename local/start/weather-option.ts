import { kindsNamed } from '../weather/kinds.ts';
import { WeatherPlan } from '../weather/plan.ts';

export interface WeatherFlags {
  /** A seed, or true for one of the program's choosing. */
  weather?: number | true;
  weatherKinds?: string;
  storm: boolean;
}

/**
 * The weather that the options ask for; undefined when they ask for none.
 * @param choose a seed, if none was given
 * @throws Error for a kind that does not exist, and for options that need --weather
 */
export function weatherOf({ weather, weatherKinds, storm }: WeatherFlags, choose: () => number) {
  if (weather === undefined) {
    if (weatherKinds !== undefined || storm) throw new Error('--weather-kinds and --storm need --weather');
    return undefined;
  }
  return new WeatherPlan({
    seed: weather === true ? choose() : weather,
    strength: storm ? 'storm' : 'mild',
    ...(weatherKinds !== undefined && { kinds: kindsNamed(weatherKinds) }),
  });
}
