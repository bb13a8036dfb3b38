import { InvalidArgumentError } from 'commander';
import { count } from '../../cli/terminal/count-option.ts';
import { OperatorError } from '../../cli/words/operator-error.ts';
import { kindsNamed, type WeatherKind } from '../weather/kinds.ts';
import { WeatherPlan } from '../weather/plan.ts';

/** The parser of --weather: a seed. */
export const seed = count(0, 999_999_999);

/** The parser of --weather-kinds. */
export function kindsListed(list: string): WeatherKind[] {
  try {
    return kindsNamed(list);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

export interface WeatherFlags {
  /** A seed, or true for a random one. */
  weather?: number | true | undefined;
  weatherKinds?: readonly WeatherKind[] | undefined;
  storm: boolean;
}

/**
 * The weather of the options. Undefined if they have none.
 * @param choose returns a seed if the options have none
 * @throws OperatorError for options that need --weather
 */
export function weatherOf({ weather, weatherKinds, storm }: WeatherFlags, choose: () => number) {
  if (weather === undefined) {
    if (weatherKinds !== undefined || storm) throw new OperatorError('--weather-kinds and --storm need --weather');
    return undefined;
  }
  return new WeatherPlan({
    seed: weather === true ? choose() : weather,
    strength: storm ? 'storm' : 'mild',
    kinds: weatherKinds,
  });
}
