import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** One secret, read when first needed and then remembered for as long as the execution environment lives. */
export class Secret {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;
  #value: Promise<string> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(client: SecretsManagerClient, arn: string) {
    this.#client = client;
    this.#arn = arn;
  }

  /** @throws Error when it cannot be read or is empty; the next call tries again. */
  value(): Promise<string> {
    this.#value ??= this.#read().catch((error: unknown) => {
      this.#value = undefined;
      throw error;
    });
    return this.#value;
  }

  /**
   * The value as it is now, for when the remembered one was refused; the remembered one if it cannot be read. Read at most
   * every 30 s, however many ask.
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
      if (!answer.SecretString) throw new Error('has no text value');
      return answer.SecretString.trim();
    } catch (error) {
      throw new Error(`The secret ${this.#arn} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }
}
