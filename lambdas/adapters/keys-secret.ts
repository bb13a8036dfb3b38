import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type KeysSecret, keysKeptSeconds, keysSecretSchema } from '../domain/http/keys.ts';
import type { Clock } from '../domain/work/clock.ts';

const goodForMilliseconds = 1000 * keysKeptSeconds;

/** The secret with the hashes of the keys. */
export class StoredKeys {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;
  readonly #clock: Pick<Clock, 'monotonicMilliseconds'>;
  #read: { keys: Promise<KeysSecret>; at: number } | undefined;

  constructor(client: SecretsManagerClient, arn: string, clock: Pick<Clock, 'monotonicMilliseconds'>) {
    this.#client = client;
    this.#arn = arn;
    this.#clock = clock;
  }

  /**
   * The keys, at most ten seconds old.
   *
   * @throws Error if the secret is unreadable or malformed. Keys that were read before do not count then, or a revoked key
   *   would work as long as the secret cannot be read.
   */
  current(): Promise<KeysSecret> {
    const now = this.#clock.monotonicMilliseconds();
    if (this.#read !== undefined && now - this.#read.at < goodForMilliseconds) return this.#read.keys;
    const read = { keys: this.#fetch(), at: now };
    this.#read = read;
    read.keys.catch(() => {
      if (this.#read === read) this.#read = undefined;
    });
    return read.keys;
  }

  async #fetch(): Promise<KeysSecret> {
    const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#arn }));
    // Neither error quotes the text.
    const parsed = keysSecretSchema.safeParse(jsonIn(SecretString));
    if (!parsed.success) throw new MalformedKeys();
    return parsed.data;
  }
}

/** The secret holds something else than keys. */
export class MalformedKeys extends Error {
  override readonly name = 'MalformedKeys';
  constructor() {
    super('The secret with the keys is malformed. The verbs of onelink keys write it.');
  }
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
