/** The probability of a kind each time that it may occur: from 0 to 1. */
interface Kind {
  readonly about: string;
  readonly mild: number;
  readonly storm: number;
}

/** Every kind of degradation. The name begins with the service. */
export const kinds = {
  'dynamodb-throttles': { about: 'ProvisionedThroughputExceededException', mild: 0.02, storm: 0.06 },
  'dynamodb-unprocessed-keys': { about: 'a batch get leaves keys out', mild: 0.2, storm: 0.4 },
  'dynamodb-lost-answers': { about: 'a write succeeds, but its answer is lost', mild: 0.02, storm: 0.05 },
  'dynamodb-stale-reads': {
    about: 'an eventually consistent GetItem misses the last write',
    mild: 0.3,
    storm: 0.7,
  },
  'sqs-duplicates-at-once': { about: 'a message is delivered twice at the same time', mild: 0.03, storm: 0.1 },
  'sqs-duplicates-later': {
    about: 'a message is delivered again within its visibility time-out',
    mild: 0.02,
    storm: 0.08,
  },
  'sqs-duplicates-after-delete': { about: 'a message is delivered again after its delete', mild: 0.02, storm: 0.08 },
  'sqs-shuffled-receives': { about: 'a receive returns messages in another order', mild: 0.3, storm: 0.8 },
  'sqs-short-receives': { about: 'a receive returns fewer messages than there are', mild: 0.1, storm: 0.4 },
  'sqs-empty-receives': {
    about: 'a receive returns no message at once, though there are some',
    mild: 0.05,
    storm: 0.2,
  },
  'sqs-failed-entries': { about: 'a batch call fails for some of its entries', mild: 0.05, storm: 0.15 },
  'sqs-slow-downs': { about: 'ServiceUnavailable (503)', mild: 0.02, storm: 0.05 },
  'sqs-lost-answers': { about: 'a send, delete or change succeeds, but its answer is lost', mild: 0.02, storm: 0.04 },
  'sns-failed-entries': { about: 'a batch publish fails for some of its entries', mild: 0.05, storm: 0.15 },
  'sns-slow-downs': { about: 'Throttling', mild: 0.02, storm: 0.05 },
  'sns-lost-answers': { about: 'a publish succeeds, but its answer is lost', mild: 0.02, storm: 0.05 },
  'sns-late-subscriptions': { about: 'a subscription delivers nothing for up to a minute', mild: 1, storm: 1 },
  's3-failed-entries': { about: 'a batch delete fails for some of its keys', mild: 0.05, storm: 0.15 },
  's3-slow-downs': { about: 'SlowDown (503)', mild: 0.02, storm: 0.05 },
  's3-lost-answers': { about: 'a write or delete succeeds, but its answer is lost', mild: 0.02, storm: 0.05 },
  'lambda-freezes': { about: 'an idle environment is frozen until its next invocation', mild: 0.7, storm: 1 },
  'lambda-late-batches': { about: 'a mapping collects a batch only after a slot is free', mild: 1, storm: 1 },
  'api-purged-sockets': {
    about: 'an idle connection to the OneLink API is forgotten, not closed',
    mild: 0.7,
    storm: 1,
  },
  'schedules-late': { about: 'a schedule fires up to a minute late', mild: 0.2, storm: 0.5 },
  'schedules-doubled': { about: 'a schedule fires twice', mild: 0.1, storm: 0.3 },
  'schedules-skipped': { about: 'a schedule does not fire', mild: 0.1, storm: 0.3 },
  'metrics-late': { about: 'a metric is one to two minutes late', mild: 0.5, storm: 1 },
} as const satisfies Record<string, Kind>;

export type WeatherKind = keyof typeof kinds;

export const allKinds = Object.keys(kinds) as WeatherKind[];

/**
 * The kinds of a list of names and prefixes: `sqs,dynamodb-throttles`.
 * @throws Error for a name that matches no kind
 */
export function kindsNamed(list: string): WeatherKind[] {
  const named = list.split(',').map((name) => name.trim());
  for (const name of named) {
    if (name === '' || !allKinds.some((kind) => kind.startsWith(name))) {
      throw new Error(`No kind matches "${name}". The kinds are ${allKinds.join(', ')}.`);
    }
  }
  return allKinds.filter((kind) => named.some((name) => kind.startsWith(name)));
}
