import { randomBytes } from 'node:crypto';

/** A token confirms its subscription for two days (SNS API reference, *Subscribe*). */
const tokenValidMilliseconds = 2 * 24 * 60 * 60 * 1_000;

/** The tokens that SNS has sent to receivers. */
export class Confirmations {
  readonly #tokens = new Map<string, { readonly subscriptionArn: string; readonly untilMilliseconds: number }>();

  /** A new token for a subscription. Earlier ones stay valid. */
  issue(subscriptionArn: string, nowMilliseconds: number): string {
    const token = randomBytes(72).toString('hex');
    this.#tokens.set(token, { subscriptionArn, untilMilliseconds: nowMilliseconds + tokenValidMilliseconds });
    return token;
  }

  /** The subscription of a token. Undefined if it was never issued, or is too old. */
  subscriptionOf(token: string, nowMilliseconds: number): string | undefined {
    const issued = this.#tokens.get(token);
    return issued !== undefined && nowMilliseconds < issued.untilMilliseconds ? issued.subscriptionArn : undefined;
  }
}
