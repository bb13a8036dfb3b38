import { createVerify, X509Certificate } from 'node:crypto';
import type { Outcome } from '../lambdas/domain/contract/outcome.ts';

/** Why a posted text was refused: the names of the error. */
export const snsMessageFaults = [
  'NotSnsMessage',
  'UnexpectedTopic',
  'UnknownSignatureVersion',
  'ForeignCertificate',
  'CertificateNotRead',
  'WrongSignature',
  'TooOld',
  'NotAnOutcome',
] as const;
export type SnsMessageFault = (typeof snsMessageFaults)[number];

/** A posted text that is not to be believed. Its message holds nothing of the text. */
export class SnsMessageError extends Error {
  override readonly name: SnsMessageFault;

  constructor(name: SnsMessageFault, message: string) {
    super(message);
    this.name = name;
  }
}

export interface ExpectedSns {
  /** The stack output `OutcomeTopicArn`. A message of any other topic is refused, because anybody can have a topic. */
  topicArn: string;
  /**
   * How old a message may be. Default: 3,900, because SNS tries a delivery again for 3,600 seconds. Pass more for messages of a
   * dead-letter queue.
   */
  maxAgeSeconds?: number;
  /** Default: `['2']`, the version of the pipeline's topic. Version 1 uses SHA-1. */
  signatureVersions?: readonly ('1' | '2')[];
  /** Epoch milliseconds. Default: this machine's clock. */
  now?: () => number;
  /** The origin of a local run's SNS, `http://127.0.0.1:4100`, for tests. Only this machine may be named. */
  localOrigin?: string;
  /** Reads a certificate. Default: an HTTPS request that follows no redirect. */
  readCertificate?: (url: string) => Promise<string>;
}

/** What SNS has posted. To confirm a subscription, send a GET to its `subscribeUrl`. */
export type SnsMessage =
  | { type: 'Notification'; messageId: string; outcome: Outcome }
  | { type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'; messageId: string; subscribeUrl: string };

/** The fields that SNS signs, in their order (SNS, *Verifying the signatures of Amazon SNS messages*). */
const signedFields = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

const hashes = { 1: 'RSA-SHA1', 2: 'RSA-SHA256' } as const;

/** Clocks of two machines differ by less. */
const clockToleranceSeconds = 300;
const defaultMaxAgeSeconds = 3_900;

type Posted = Readonly<Record<string, string | undefined>>;

/**
 * Checks that SNS has posted this text for the pipeline's topic, and returns what it holds. SNS signs neither headers nor
 * `MessageAttributes`, so read only what this returns. A message may come twice: `outcomeId` finds repeats.
 *
 * @param text the body of the request, as it came
 * @throws SnsMessageError by its name; TypeError if `topicArn` or `localOrigin` is not of its form
 */
export async function checkSnsMessage(text: string, expected: ExpectedSns): Promise<SnsMessage> {
  const trusted = trustedOrigin(expected);
  const posted = postedIn(text);
  const type = typeOf(posted);
  if (posted.TopicArn !== expected.topicArn) {
    throw new SnsMessageError('UnexpectedTopic', 'The message is of another topic than the expected one.');
  }
  const version = versionOf(posted, expected.signatureVersions ?? ['2']);
  const certificateUrl = posted.SigningCertURL ?? '';
  if (!isCertificateUrl(certificateUrl, trusted)) {
    throw new SnsMessageError('ForeignCertificate', `The certificate must come from ${trusted}.`);
  }
  const key = await publicKeyAt(certificateUrl, expected);
  const signed = signedFields[type]
    .flatMap((name) => (posted[name] === undefined ? [] : [`${name}\n${posted[name]}\n`]))
    .join('');
  const isRight = createVerify(hashes[version])
    .update(signed, 'utf8')
    .verify(key, posted.Signature ?? '', 'base64');
  if (!isRight) throw new SnsMessageError('WrongSignature', 'The signature does not match the message.');
  refuseWrongTime(posted.Timestamp ?? '', expected);
  const messageId = posted.MessageId ?? '';
  if (type === 'Notification') return { type, messageId, outcome: outcomeIn(posted.Message ?? '') };
  return { type, messageId, subscribeUrl: posted.SubscribeURL ?? '' };
}

/** The certificate's host follows from the topic's region, so a look-alike has no chance. */
function trustedOrigin({ topicArn, localOrigin }: ExpectedSns): string {
  const [, partition, region] =
    /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}$/.exec(topicArn) ?? [];
  if (partition === undefined || region === undefined) throw new TypeError('topicArn must be the ARN of an SNS topic');
  if (localOrigin === undefined) return `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  if (/^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/.test(localOrigin)) return localOrigin;
  throw new TypeError('localOrigin must be an address of this machine, such as http://127.0.0.1:4100');
}

/** Only `Message` may hold a line break, because line breaks separate the fields of the signed text. */
function postedIn(text: string): Posted {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notSns();
  const posted: Record<string, string | undefined> = {};
  const names = [...new Set(Object.values(signedFields).flat()), 'SignatureVersion', 'Signature', 'SigningCertURL'];
  for (const name of names) {
    const field: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    if (field === undefined) continue;
    if (typeof field !== 'string' || (name !== 'Message' && /[\r\n]/.test(field))) throw notSns();
    posted[name] = field;
  }
  return posted;
}

function typeOf(posted: Posted): keyof typeof signedFields {
  const { Type: type } = posted;
  if (type !== 'Notification' && type !== 'SubscriptionConfirmation' && type !== 'UnsubscribeConfirmation')
    throw notSns();
  const isWhole = signedFields[type].every((name) => name === 'Subject' || posted[name] !== undefined);
  if (!isWhole || posted.Signature === undefined) throw notSns();
  return type;
}

function versionOf({ SignatureVersion: version }: Posted, accepted: readonly string[]): keyof typeof hashes {
  if (version === '1' && accepted.includes('1')) return 1;
  if (version === '2' && accepted.includes('2')) return 2;
  throw new SnsMessageError('UnknownSignatureVersion', `The signature must be of version ${accepted.join(' or ')}.`);
}

/** The text itself is compared, so that no other reading of it counts: no user name, port, path trick or escape. */
function isCertificateUrl(url: string, origin: string): boolean {
  return (
    url.startsWith(`${origin}/`) &&
    /^\/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem$/.test(url.slice(origin.length))
  );
}

/** Certificates by their URL. SNS has one at a time for a region. */
const certificates = new Map<string, X509Certificate>();
const mostCertificates = 16;

async function publicKeyAt(url: string, { readCertificate = readOverHttps, now = Date.now }: ExpectedSns) {
  const certificate = certificates.get(url) ?? (await certificateAt(url, readCertificate));
  const { validFrom, validTo } = certificate;
  const isValid = now() >= Date.parse(validFrom) && now() <= Date.parse(validTo);
  if (!isValid) throw new SnsMessageError('CertificateNotRead', 'The certificate is not valid at this time.');
  return certificate.publicKey;
}

async function certificateAt(url: string, readCertificate: (url: string) => Promise<string>) {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(await readCertificate(url));
  } catch {
    throw new SnsMessageError(
      'CertificateNotRead',
      'The certificate cannot be read. Answer with 500, and SNS tries again.',
    );
  }
  if (certificate.publicKey.asymmetricKeyType !== 'rsa') {
    throw new SnsMessageError('CertificateNotRead', 'The certificate has no RSA key.');
  }
  if (certificates.size >= mostCertificates) certificates.clear();
  certificates.set(url, certificate);
  return certificate;
}

async function readOverHttps(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.text();
}

function refuseWrongTime(
  timestamp: string,
  { maxAgeSeconds = defaultMaxAgeSeconds, now = Date.now }: ExpectedSns,
): void {
  const ageSeconds = (now() - Date.parse(timestamp)) / 1_000;
  if (ageSeconds <= maxAgeSeconds && ageSeconds >= -clockToleranceSeconds) return;
  throw new SnsMessageError('TooOld', `The message is not of the last ${maxAgeSeconds} seconds.`);
}

function outcomeIn(message: string): Outcome {
  try {
    const value: unknown = JSON.parse(message);
    if (typeof value === 'object' && value !== null && typeof Reflect.get(value, 'outcome') === 'string')
      return value as Outcome;
  } catch {
    // The error below covers it.
  }
  throw new SnsMessageError('NotAnOutcome', 'The message is signed, and holds no outcome.');
}

const notSns = () => new SnsMessageError('NotSnsMessage', 'The text is no message of SNS.');
