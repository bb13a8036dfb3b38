import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  ResourceInUseException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';

/** A mapping's state. `changing`: Lambda is switching it on or off. */
export type MappingState = 'on' | 'off' | 'changing';

/** The event source mappings of a lane's functions. Only the governor switches them. */
export class LaneMappings {
  readonly #lambda: LambdaClient;

  constructor(lambda: LambdaClient) {
    this.#lambda = lambda;
  }

  /** @param id the mapping's UUID @throws Lambda's error if the mapping does not exist */
  async state(id: string): Promise<MappingState> {
    const { State } = await this.#lambda.send(new GetEventSourceMappingCommand({ UUID: id }));
    if (State === 'Enabled') return 'on';
    return State === 'Disabled' ? 'off' : 'changing';
  }

  /** Requests the change, which takes Lambda some seconds. If another change is under way, the next run tries again. */
  async switch(id: string, on: boolean): Promise<void> {
    try {
      await this.#lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: on }));
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  }
}
