import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';

/** How a mapping stands: on its way is neither. */
export type MappingState = 'on' | 'off' | 'changing';

/** The event source mappings that feed a lane's functions. Only the governor switches them. */
export class LaneMappings {
  readonly #lambda: LambdaClient;

  constructor(lambda: LambdaClient) {
    this.#lambda = lambda;
  }

  /** @param id the mapping's UUID @throws what Lambda answers when there is no such mapping */
  async state(id: string): Promise<MappingState> {
    const { State } = await this.#lambda.send(new GetEventSourceMappingCommand({ UUID: id }));
    if (State === 'Enabled') return 'on';
    return State === 'Disabled' ? 'off' : 'changing';
  }

  /** Asks for the change, which takes Lambda some seconds. One on its way to something else is left for the next time. */
  async switch(id: string, on: boolean): Promise<void> {
    try {
      await this.#lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: on }));
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  }
}
