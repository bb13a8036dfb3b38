import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** One secret. It is read on first use and cached for the life of the execution environment. */
export class Secret {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;
  #value: Promise<string> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(client: SecretsManagerClient, arn: string) {
    this.#client = client;
    this.#arn = arn;
  }

  /** @throws Error if the secret is unreadable or empty; the next call tries again */
  value(): Promise<string> {
    this.#value ??= this.#read().catch((error: unknown) => {
      this.#value = undefined;
      throw error;
    });
    return this.#value;
  }

  /**
   * Reads the current value, after the API has refused the cached one. If the read fails, it returns the cached value.
   * It reads at most once in 30 s, for all callers together.
   */
  async fresh(nowMilliseconds: number): Promise<string> {
    const remembered = this.#value;
    if (nowMilliseconds - this.#readAt >= 30_000) {
      this.#readAt = nowMilliseconds;
      const read = this.#read();
      this.#value = remembered === undefined ? read : read.catch(() => remembered);
    }
    return this.value();
  }

  async #read(): Promise<string> {
    try {
      const answer = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#arn }));
      if (!answer.SecretString) throw new Error('it has no text value');
      return answer.SecretString.trim();
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      throw new Error(`The secret ${this.#arn} cannot be read: ${why}`, { cause: error });
    }
  }
}
