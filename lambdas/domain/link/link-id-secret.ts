import { createHmac } from 'node:crypto';

/**
 * The fingerprint of a link-ID secret: 128 bits, as hexadecimal text. The ledger keeps it beside the records that the secret has
 * keyed. It is an HMAC of a constant, so it shows whether two secrets are equal, and nothing else about them.
 */
export function fingerprintOf(secret: string): string {
  return createHmac('sha256', secret).update('link-id-secret\0fingerprint').digest('hex').slice(0, 32);
}

/**
 * The secret is not the one with which the ledger was written. With it, a repeated command would derive another link ID and make
 * a second link, and no digest of the ledger would match.
 */
export class OtherLinkIdSecretError extends Error {
  override readonly name = 'OtherLinkIdSecretError';

  constructor(secretArn: string) {
    super(
      `The link-ID secret differs: ${secretArn} is not the one with which this ledger was written. Put the value of that secret ` +
        'back: see link-id-secret-differs in the runbook.',
    );
  }
}
