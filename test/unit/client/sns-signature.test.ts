import { describe, expect, test } from 'vitest';
import { checkSnsMessage, type ExpectedSns } from '../../../client/sns-signature.ts';
import { confirmationPost, notificationPost } from '../../../local/cloud/notifications/message.ts';
import { Signer } from '../../../local/cloud/notifications/signer.ts';

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:outcomes';
const host = 'https://sns.eu-west-1.amazonaws.com';
const publishedAt = Date.parse('2026-11-27T10:00:00.000Z');
const outcome = { outcome: 'created', outcomeId: 'o-1', source: 'crm', requestId: 'r-1\nMessageId', note: 'schön ✓' };

const [signer, stranger] = await Promise.all([
  Signer.make('sns.eu-west-1.amazonaws.com'),
  Signer.make('sns.eu-west-1.amazonaws.com'),
]);
const certificates: Record<string, string> = { [`${host}${signer.certificatePath}`]: signer.certificate };
const reads: string[] = [];
const expected: ExpectedSns = {
  topicArn,
  now: () => Date.now(),
  maxAgeSeconds: Number.POSITIVE_INFINITY,
  readCertificate: async (url) => {
    reads.push(url);
    return certificates[url] ?? expect.fail(url);
  },
};

interface Change {
  version?: 1 | 2;
  origin?: string;
  by?: Signer;
  message?: string;
  subject?: string;
  publishedAtMilliseconds?: number;
}

function posted(change: Change = {}) {
  const { version = 2, origin = host, by = signer, message = JSON.stringify(outcome), subject } = change;
  const { publishedAtMilliseconds = publishedAt } = change;
  const published = { messageId: 'm-1', topicArn, message, subject, publishedAtMilliseconds };
  const attributes = { source: { Type: 'String', Value: 'crm' } };
  const terms = {
    signing: { signer: by, version, origin },
    subscriptionArn: `${topicArn}:1`,
    contentType: 'text/plain',
    raw: false,
  };
  return notificationPost({ ...published, attributes }, terms).body;
}
const changed = (change: object, text = posted()) => JSON.stringify({ ...JSON.parse(text), ...change });
const check = (text: string, more: Partial<ExpectedSns> = {}) => checkSnsMessage(text, { ...expected, ...more });
const refused = (name: string) => expect.objectContaining({ name });

describe('the check of what SNS posts', () => {
  test('returns the outcome of a signed message', async () => {
    expect(await check(posted())).toEqual({ type: 'Notification', messageId: 'm-1', outcome });
    expect(await check(posted({ subject: 'About r-1' }))).toMatchObject({ outcome });
    expect(await check(posted({ version: 1 }), { signatureVersions: ['1', '2'] })).toMatchObject({ outcome });
  });

  test('returns the URL that confirms a subscription', async () => {
    for (const type of ['SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const) {
      const subscribeUrl = `${host}/?Action=ConfirmSubscription&Token=t`;
      const asked = { type, messageId: 'm-2', topicArn, token: 't', subscribeUrl, atMilliseconds: publishedAt };
      const { body } = confirmationPost(asked, { signer, version: 2, origin: host });
      expect(await check(body)).toEqual({ type, messageId: 'm-2', subscribeUrl });
      await expect(check(changed({ SubscribeURL: 'https://evil.example/' }, body))).rejects.toEqual(
        refused('WrongSignature'),
      );
    }
  });

  test.each([
    ['Message', JSON.stringify({ ...outcome, requestId: 'r-2' })],
    ['MessageId', 'm-9'],
    ['Subject', 'new'],
    ['Timestamp', '2026-11-27T10:00:00.001Z'],
    ['Signature', Buffer.alloc(256).toString('base64')],
    ['Signature', 'not base64 at all'],
    ['Signature', ''],
    ['Type', 'SubscriptionConfirmation'],
  ])('refuses another %s', async (name, value) => {
    const type = name === 'Type' ? { SubscribeURL: 'https://x', Token: 't' } : {};
    await expect(check(changed({ [name]: value, ...type }))).rejects.toEqual(refused('WrongSignature'));
  });

  test('refuses a signature of version 2 as one of version 1, and other versions', async () => {
    const both: Partial<ExpectedSns> = { signatureVersions: ['1', '2'] };
    await expect(check(changed({ SignatureVersion: '1' }), both)).rejects.toEqual(refused('WrongSignature'));
    for (const version of ['3', '', '02', 'toString']) {
      await expect(check(changed({ SignatureVersion: version }), both)).rejects.toEqual(
        refused('UnknownSignatureVersion'),
      );
    }
    await expect(check(posted({ version: 1 }))).rejects.toEqual(refused('UnknownSignatureVersion'));
  });

  test('refuses another topic before it reads a certificate', async () => {
    const before = reads.length;
    for (const other of [`${topicArn}x`, 'arn:aws:sns:eu-west-1:999999999999:outcomes', ` ${topicArn}`]) {
      await expect(check(changed({ TopicArn: other }))).rejects.toEqual(refused('UnexpectedTopic'));
    }
    expect(reads.length).toBe(before);
  });

  const path = signer.certificatePath;
  test.each([
    `http://sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.us-east-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com.evil.example${path}`,
    `https://sns.eu-west-1.amazonaws.com.cn${path}`,
    `https://sns.eu-west-1.amazonaws.co${path}`,
    `https://sns-eu-west-1.amazonaws.com${path}`,
    `https://evil.example/sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com@evil.example${path}`,
    `https://user:word@sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com:8443${path}`,
    `https://sns.eu-west-1.amazonaws.com:443${path}`,
    `https://sns.eu-west-1.amazonaws.com.${path}`,
    `https://SNS.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.аmazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com\\@evil.example${path}`,
    `https://sns.eu-west-1.amazonaws.com/..${path}`,
    `https://sns.eu-west-1.amazonaws.com/%2e%2e${path}`,
    `https://sns.eu-west-1.amazonaws.com${path}?next=x`,
    `https://sns.eu-west-1.amazonaws.com${path}#x`,
    ` https://sns.eu-west-1.amazonaws.com${path}`,
    'https://sns.eu-west-1.amazonaws.com/?Action=Subscribe&x=/SimpleNotificationService-1.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-.pem',
    `http://127.0.0.1:4100${path}`,
    '',
  ])('refuses a certificate from %s, and does not ask for it', async (url) => {
    const before = reads.length;
    await expect(check(changed({ SigningCertURL: url }))).rejects.toEqual(refused('ForeignCertificate'));
    expect(reads.length).toBe(before);
  });

  test('takes the certificate of China from its own host', async () => {
    const arn = 'arn:aws-cn:sns:cn-north-1:111122223333:outcomes';
    const text = changed({ TopicArn: arn, SigningCertURL: `https://sns.cn-north-1.amazonaws.com${path}` });
    await expect(check(text, { topicArn: arn })).rejects.toEqual(refused('ForeignCertificate'));
    certificates[`https://sns.cn-north-1.amazonaws.com.cn${path}`] = signer.certificate;
    const right = changed({ TopicArn: arn, SigningCertURL: `https://sns.cn-north-1.amazonaws.com.cn${path}` });
    await expect(check(right, { topicArn: arn })).rejects.toEqual(refused('WrongSignature'));
  });

  test('refuses a message that another key has signed', async () => {
    const text = changed({ SigningCertURL: `${host}${path}` }, posted({ by: stranger }));
    await expect(check(text)).rejects.toEqual(refused('WrongSignature'));
  });

  test('refuses a message that somebody posts again later', async () => {
    // The certificate of this test is valid from yesterday.
    const validAt = Date.now() - publishedAt;
    const young = { maxAgeSeconds: validAt / 1_000 + 60 };
    expect(await check(posted(), young)).toMatchObject({ outcome });
    await expect(check(posted(), { maxAgeSeconds: validAt / 1_000 - 60 })).rejects.toEqual(refused('TooOld'));
    const fresh = { ...expected, maxAgeSeconds: 60 };
    const text = posted({ publishedAtMilliseconds: Date.now() + 301_000 });
    await expect(checkSnsMessage(text, fresh)).rejects.toEqual(refused('TooOld'));
    expect(await checkSnsMessage(posted({ publishedAtMilliseconds: Date.now() + 200_000 }), fresh)).toMatchObject({
      outcome,
    });
  });

  test('refuses a certificate that cannot be read, and reads it again the next time', async () => {
    const origin = 'https://sns.eu-west-1.amazonaws.com';
    const text = posted({ by: stranger, origin });
    const readCertificate = async () => 'no certificate';
    await expect(check(text, { readCertificate })).rejects.toEqual(refused('CertificateNotRead'));
    await expect(check(text, { readCertificate: () => Promise.reject(new Error('503')) })).rejects.toEqual(
      refused('CertificateNotRead'),
    );
    expect(await check(text, { readCertificate: async () => stranger.certificate })).toMatchObject({ outcome });
    await expect(check(text, { now: () => Date.now() + 3 * 365 * 24 * 3_600_000 })).rejects.toEqual(
      refused('CertificateNotRead'),
    );
  });

  test.each([
    ['no JSON', 'rubbish'],
    ['a list', '[]'],
    ['nothing', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['fields that are no texts', '{"Type":"Notification","Message":{}}'],
    ['another type', '{"Type":"__proto__"}'],
  ])('refuses %s', async (_, text) => {
    await expect(check(text)).rejects.toEqual(refused('NotSnsMessage'));
  });

  test('refuses a line break in any field but the message, which could shift the fields', async () => {
    for (const name of ['MessageId', 'Timestamp', 'Subject', 'TopicArn']) {
      await expect(check(changed({ [name]: 'a\nType\nNotification' }))).rejects.toEqual(refused('NotSnsMessage'));
    }
  });

  test('refuses a signed message that holds no outcome', async () => {
    for (const message of ['hello', '[]', '{"outcome":1}', 'null']) {
      await expect(check(posted({ message }))).rejects.toEqual(refused('NotAnOutcome'));
    }
  });

  test('its errors hold nothing of the text', async () => {
    const texts = ['rubbish', changed({ MessageId: 'secret' }), changed({ SigningCertURL: 'https://secret.example/' })];
    for (const text of texts) {
      const error = await check(text).catch((caught: unknown) => caught);
      expect(String(error)).not.toMatch(/rubbish|secret/);
    }
  });

  test('takes only this machine for a local run, and only the ARN of a topic', async () => {
    const local = posted({ origin: 'http://127.0.0.1:4100' });
    const readCertificate = async () => signer.certificate;
    expect(await check(local, { localOrigin: 'http://127.0.0.1:4100', readCertificate })).toMatchObject({ outcome });
    await expect(check(local, { localOrigin: 'http://127.0.0.1:4101' })).rejects.toEqual(refused('ForeignCertificate'));
    for (const localOrigin of ['https://evil.example', 'http://127.0.0.1', 'http://127.0.0.1.evil.example:80']) {
      await expect(check(local, { localOrigin })).rejects.toThrow(TypeError);
    }
    await expect(check(local, { topicArn: 'outcomes' })).rejects.toThrow(TypeError);
  });
});
