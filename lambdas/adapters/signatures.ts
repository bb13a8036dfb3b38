import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

type Bytes = string | ArrayBuffer | ArrayBufferView;
type SignerOptions = ConstructorParameters<typeof SignatureV4>[0];

/** SHA-256 and HMAC-SHA-256 of Node.js, in the form in which the signer asks for them. */
class Sha256 {
  readonly #secret: Bytes | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.#secret = secret;
    this.#hash = this.#begun();
  }

  update(data: Bytes): void {
    this.#hash.update(bytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begun();
  }

  #begun(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(this.#secret));
  }
}

/** The signer uses one signing key until the UTC day or the credentials change. Node.js takes it as an object in a quarter of the CPU time. */
const keys = new WeakMap<object, KeyObject>();

function keyOf(secret: Bytes): string | KeyObject {
  if (typeof secret === 'string') return secret;
  const key = keys.get(secret) ?? createSecretKey(bytes(secret) as Uint8Array);
  keys.set(secret, key);
  return key;
}

function bytes(data: Bytes): string | Uint8Array {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Signs requests as AWS's clients do.
 *
 * @param service such as `sts` or `dynamodb`
 */
export function signerFor({
  service,
  credentials,
  region,
}: Pick<SignerOptions, 'service' | 'credentials' | 'region'>): SignatureV4 {
  return new SignatureV4({
    service,
    credentials,
    region,
    sha256: Sha256,
    applyChecksum: false,
    // S3 alone takes a path as it is (AWS General Reference, "Signature Version 4").
    uriEscapePath: service !== 's3',
  });
}
