import { z } from 'zod';
import type { PolicyDocument } from '../access/caller.ts';
import { policyDocument } from '../access/policies.ts';
import type { Clock } from '../clock.ts';
import type { InvocationResult } from '../lambda/function.ts';
import { jsonOf } from '../services/wire.ts';
import type { TokenAuthorizerSettings } from './authorizer-settings.ts';
import { GatewayError } from './gateway-error.ts';

/** The answer of an authorizer to a token. */
export interface Authorization {
  readonly policy: PolicyDocument;
  /** `principalId` and the authorizer's context, as texts. */
  readonly variables: Readonly<Record<string, string>>;
  readonly usageIdentifierKey: string | undefined;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const output = z.looseObject({
  principalId: z.string(),
  policyDocument,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
  usageIdentifierKey: z.string().nullish(),
});

/** The cache is swept beyond this number of tokens. */
const mostTokens = 10_000;

/** Asks Lambda authorizers about tokens, and remembers their answers for their time. */
export class TokenAuthorizers {
  readonly #clock: Clock;
  readonly #invoke: (settings: TokenAuthorizerSettings, payload: string) => Promise<InvocationResult | undefined>;
  readonly #known = new Map<string, { readonly authorization: Authorization; readonly untilMilliseconds: number }>();

  /** @param invoke returns undefined if the API may not invoke the function */
  constructor(
    clock: Clock,
    invoke: (settings: TokenAuthorizerSettings, payload: string) => Promise<InvocationResult | undefined>,
  ) {
    this.#clock = clock;
    this.#invoke = invoke;
  }

  /**
   * @param token the header's value
   * @throws GatewayError 401 for a token that is missing, in another form, or unauthorized; 500 if the authorizer fails
   */
  async authorization(
    settings: TokenAuthorizerSettings,
    token: string | undefined,
    methodArn: string,
  ): Promise<Authorization> {
    if (token === undefined || token === '' || settings.validation?.test(token) === false) {
      throw new GatewayError('UNAUTHORIZED');
    }
    const key = `${settings.id} ${token}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMilliseconds > this.#clock.now()) return known.authorization;
    const authorization = await this.#ask(settings, token, methodArn);
    if (settings.ttlSeconds > 0) {
      if (this.#known.size >= mostTokens) this.#sweep();
      const untilMilliseconds = this.#clock.now() + settings.ttlSeconds * 1000;
      this.#known.set(key, { authorization, untilMilliseconds });
    }
    return authorization;
  }

  async #ask(settings: TokenAuthorizerSettings, authorizationToken: string, methodArn: string): Promise<Authorization> {
    const result = await this.#invoke(settings, JSON.stringify({ type: 'TOKEN', methodArn, authorizationToken }));
    if (result === undefined) throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR');
    if (result.errorMessage === 'Unauthorized') throw new GatewayError('UNAUTHORIZED');
    if (result.outcome !== 'succeeded') throw new GatewayError('AUTHORIZER_FAILURE');
    const { data } = output.safeParse(jsonOf(result.payload));
    if (data === undefined) throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR');
    const context = Object.entries(data.context ?? {}).filter(([, value]) => value !== null);
    return {
      policy: data.policyDocument,
      variables: {
        ...Object.fromEntries(context.map(([name, value]) => [name, String(value)])),
        principalId: data.principalId,
      },
      usageIdentifierKey: data.usageIdentifierKey ?? undefined,
    };
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [key, { untilMilliseconds }] of this.#known) if (untilMilliseconds <= now) this.#known.delete(key);
    if (this.#known.size >= mostTokens) this.#known.clear();
  }
}
