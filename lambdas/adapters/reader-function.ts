import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';

/** The reader function, which makes the GETs for all who look at links, at their share of the rate. */
export class ReaderFunction {
  readonly #lambda: LambdaClient;
  readonly #name: string;

  constructor(lambda: LambdaClient, name: string) {
    this.#lambda = lambda;
    this.#name = name;
  }

  /**
   * One GET.
   *
   * @returns `busy` if others use the reader, `failed` if it has no answer
   * @throws the service's error if Lambda refuses the call for another reason
   */
  async read({ onelinkId, shortlinkId }: LinkAddress): Promise<ApiAnswer<LinkAtApi> | 'busy' | 'failed'> {
    const request = new InvokeCommand({
      FunctionName: this.#name,
      Payload: JSON.stringify({ links: [{ onelinkId, shortlinkId }] }),
    });
    try {
      const { FunctionError, Payload } = await this.#lambda.send(request);
      if (FunctionError !== undefined) return 'failed';
      const answer = JSON.parse(Payload?.transformToString() ?? 'null') as { links?: ApiAnswer<LinkAtApi>[] } | null;
      return answer?.links?.[0] ?? 'failed';
    } catch (error) {
      if (error instanceof Error && error.name === 'TooManyRequestsException') return 'busy';
      throw error;
    }
  }
}
