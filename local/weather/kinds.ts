/** How often a kind strikes, each time it could: from 0 to 1. */
interface Kind {
  readonly about: string;
  readonly mild: number;
  readonly storm: number;
}

/** Everything that the weather can do. The name begins with the service. */
export const kinds = {
  'dynamodb-throttles': { about: 'ProvisionedThroughputExceededException', mild: 0.02, storm: 0.06 },
  'dynamodb-unprocessed-keys': { about: 'a batch get that leaves keys out', mild: 0.2, storm: 0.4 },
  'dynamodb-lost-answers': { about: 'a write that succeeds, and no answer', mild: 0.02, storm: 0.05 },
} as const satisfies Record<string, Kind>;

export type WeatherKind = keyof typeof kinds;

export const allKinds = Object.keys(kinds) as WeatherKind[];

/**
 * The kinds that a list names, each by its whole name or by the beginning of several: `sqs,dynamodb-throttles`.
 * @throws Error for a name that fits none
 */
export function kindsNamed(list: string): WeatherKind[] {
  const named = list.split(',').map((name) => name.trim());
  for (const name of named) {
    if (name === '' || !allKinds.some((kind) => kind.startsWith(name))) {
      throw new Error(`no kind of weather is called "${name}"; there are ${allKinds.join(', ')}`);
    }
  }
  return allKinds.filter((kind) => named.some((name) => kind.startsWith(name)));
}
