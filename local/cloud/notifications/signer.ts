import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** The versions of a signature: the hash of each (SNS, *Verifying the signatures of Amazon SNS messages*). */
const hashes = { 1: 'RSA-SHA1', 2: 'RSA-SHA256' } as const;
export type SignatureVersion = keyof typeof hashes;

/** Signs messages with a key of this run, as SNS does with its own. */
export class Signer {
  readonly #key: KeyObject;
  /** The certificate of the key, as PEM. It is self-signed. Amazon issues that of SNS. */
  readonly certificate: string;
  /** `/SimpleNotificationService-{fingerprint}.pem`, as in the URLs of SNS. */
  readonly certificatePath: string;

  private constructor(key: KeyObject, certificate: string) {
    this.#key = key;
    this.certificate = certificate;
    const fingerprint = createHash('sha256').update(certificate).digest('hex').slice(0, 32);
    this.certificatePath = `/SimpleNotificationService-${fingerprint}.pem`;
  }

  /** Makes a key and its certificate. It takes some tenths of a second. */
  static async make(commonName: string): Promise<Signer> {
    const { privateKey, certificate } = await selfSigned(commonName);
    return new Signer(privateKey, certificate);
  }

  /** In base64. */
  sign(text: string, version: SignatureVersion): string {
    return sign(hashes[version], Buffer.from(text), this.#key).toString('base64');
  }
}

/** A key of 2,048 bits, and a certificate for it that is valid from yesterday for two years. */
export async function selfSigned(commonName: string): Promise<{ privateKey: KeyObject; certificate: string }> {
  // It is loaded only if somebody subscribes over HTTP.
  const { default: forge } = await import('node-forge');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  // A positive number: its first bit must be 0.
  made.serialNumber = `00${randomBytes(16).toString('hex')}`;
  const day = 24 * 60 * 60 * 1_000;
  made.validity.notBefore = new Date(Date.now() - day);
  made.validity.notAfter = new Date(Date.now() + 730 * day);
  const name = [{ name: 'commonName', value: commonName }];
  made.setSubject(name);
  made.setIssuer(name);
  made.setExtensions([{ name: 'subjectAltName', altNames: [{ type: 2, value: commonName }] }]);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  made.sign(forge.pki.privateKeyFromPem(pem), forge.md.sha256.create());
  return { privateKey, certificate: forge.pki.certificateToPem(made) };
}
