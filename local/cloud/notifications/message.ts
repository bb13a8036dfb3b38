import type { SignatureVersion, Signer } from './signer.ts';

/** A message attribute as SNS posts it. */
export interface PostedAttribute {
  readonly Type: string;
  readonly Value: string;
}

/** What a publisher sent. */
export interface Published {
  readonly messageId: string;
  readonly topicArn: string;
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, PostedAttribute>>;
  readonly publishedAtMilliseconds: number;
}

/** A request for a confirmation: of a subscription, or that it ended. */
export interface Confirmation {
  readonly type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly messageId: string;
  readonly topicArn: string;
  readonly token: string;
  readonly subscribeUrl: string;
  readonly atMilliseconds: number;
  /** Of a subscription that ended. */
  readonly subscriptionArn?: string;
}

/** The body that SNS posts, and its headers. */
export interface Post {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Signing {
  readonly signer: Signer;
  readonly version: SignatureVersion;
  /** The origin of the local SNS. */
  readonly origin: string;
}

const agent = 'Amazon Simple Notification Service Agent';

/** @see https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html */
export function notificationPost(
  published: Published,
  { signing, subscriptionArn, contentType, raw }: NotificationTerms,
): Post {
  const { messageId, topicArn, message, subject, attributes } = published;
  const headers = {
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
    'x-amz-sns-subscription-arn': subscriptionArn,
    'content-type': contentType,
    'user-agent': agent,
  };
  if (raw) return { body: message, headers: { ...headers, 'x-amz-sns-rawdelivery': 'true' } };
  const signed = {
    Message: message,
    MessageId: messageId,
    ...(subject !== undefined && { Subject: subject }),
    Timestamp: new Date(published.publishedAtMilliseconds).toISOString(),
    TopicArn: topicArn,
    Type: 'Notification',
  };
  const body = {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    Timestamp: signed.Timestamp,
    ...signatureOf(signed, signing),
    UnsubscribeURL: `${signing.origin}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  };
  return { body: JSON.stringify(body, null, 2), headers };
}

interface NotificationTerms {
  readonly signing: Signing;
  readonly subscriptionArn: string;
  readonly contentType: string;
  readonly raw: boolean;
}

const explanations = {
  SubscriptionConfirmation: (topicArn: string) =>
    `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
  UnsubscribeConfirmation: (topicArn: string) =>
    `You have chosen to deactivate a subscription to the topic ${topicArn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
} as const;

/** @see https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html */
export function confirmationPost(asked: Confirmation, signing: Signing): Post {
  const { type, messageId, topicArn, token, subscribeUrl, subscriptionArn } = asked;
  const signed = {
    Message: explanations[type](topicArn),
    MessageId: messageId,
    SubscribeURL: subscribeUrl,
    Timestamp: new Date(asked.atMilliseconds).toISOString(),
    Token: token,
    TopicArn: topicArn,
    Type: type,
  };
  const body = {
    Type: type,
    MessageId: messageId,
    Token: token,
    TopicArn: topicArn,
    Message: signed.Message,
    SubscribeURL: subscribeUrl,
    Timestamp: signed.Timestamp,
    ...signatureOf(signed, signing),
  };
  const headers = {
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
    ...(subscriptionArn !== undefined && { 'x-amz-sns-subscription-arn': subscriptionArn }),
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': agent,
  };
  return { body: JSON.stringify(body, null, 2), headers };
}

/** The names in the order of the alphabet, each with its value, all on lines of their own. */
function signatureOf(signed: Readonly<Record<string, string>>, { signer, version, origin }: Signing) {
  const text = Object.entries(signed)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
  return {
    SignatureVersion: String(version),
    Signature: signer.sign(text, version),
    SigningCertURL: `${origin}${signer.certificatePath}`,
  };
}
