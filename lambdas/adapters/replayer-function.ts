import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** The replayer, which sends parked commands back to their queues. It runs every minute, and when it is started. */
export class ReplayerFunction {
  readonly #lambda: Pick<LambdaClient, 'send'>;
  readonly #name: string;

  constructor(lambda: Pick<LambdaClient, 'send'>, name: string) {
    this.#lambda = lambda;
    this.#name = name;
  }

  /** Starts it, without waiting for its end. */
  async start(): Promise<void> {
    await this.#lambda.send(new InvokeCommand({ FunctionName: this.#name, InvocationType: 'Event' }));
  }
}
