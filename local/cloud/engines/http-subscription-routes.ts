import type { buildApp } from 'fauxqs';
import { isHttp } from '../notifications/endpoint.ts';
import { element, escapeXml, textElement } from '../services/xml.ts';
import type { HttpSubscriptions } from './http-subscriptions.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Subscription = NonNullable<ReturnType<Stores['snsStore']['getSubscription']>>;
type Form = Readonly<Record<string, string | undefined>>;

const xml = 'text/xml';

/**
 * What a browser or a receiver may get without a signature: the certificate of the signatures, and the URLs that confirm
 * and end a subscription. Call it before permissions are enforced, because SNS does not ask for any here.
 */
export function serveSubscriptionUrls(app: App, subscriptions: HttpSubscriptions, { snsStore }: Stores): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || !/^\/(\?|SimpleNotificationService-)/.test(request.url)) return;
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (pathname.startsWith('/SimpleNotificationService-')) {
      const certificate = await subscriptions.certificateAt(pathname);
      if (certificate !== undefined) return reply.header('content-type', 'application/x-pem-file').send(certificate);
    }
    if (pathname !== '/') return;
    const action = searchParams.get('Action');
    if (action === 'ConfirmSubscription') {
      const [topicArn, token] = [searchParams.get('TopicArn') ?? '', searchParams.get('Token') ?? ''];
      const { status, body } = confirmation(subscriptions, topicArn, token);
      return reply.status(status).header('content-type', xml).send(body);
    }
    if (action === 'Unsubscribe') {
      const found = snsStore.getSubscription(searchParams.get('SubscriptionArn') ?? '');
      if (found === undefined || !isHttp(found.protocol)) {
        const reason = 'Subscription does not exist';
        return reply.status(404).header('content-type', xml).send(errorXml('NotFound', reason));
      }
      snsStore.unsubscribe(found.arn);
      subscriptions.unsubscribed(found);
      return reply.header('content-type', xml).send(answerXml('Unsubscribe', ''));
    }
  });
}

/** Adds to the operations of SNS what subscriptions over HTTP need. Call it after permissions are enforced. */
export function serveHttpSubscriptions(app: App, subscriptions: HttpSubscriptions, { snsStore }: Stores): void {
  const ending = new WeakMap<object, Subscription>();
  app.addHook('preHandler', async (request, reply) => {
    const form = formOf(request);
    if (form === undefined) return;
    if (form.Action === 'ConfirmSubscription') {
      const { status, body } = confirmation(subscriptions, form.TopicArn ?? '', form.Token ?? '');
      return reply.status(status).header('content-type', xml).send(body);
    }
    const found = snsStore.getSubscription(form.SubscriptionArn ?? '');
    if (form.Action === 'Unsubscribe' && found !== undefined && isHttp(found.protocol)) ending.set(request, found);
    const asked = askedSubscription(form, found);
    if (asked === undefined) return;
    try {
      subscriptions.check(asked.protocol, asked.endpoint, asked.attributes);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return reply
        .status(400)
        .header('content-type', xml)
        .send(errorXml('InvalidParameter', `Invalid parameter: ${reason}`));
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const form = formOf(request);
    if (form === undefined || reply.statusCode !== 200 || typeof payload !== 'string') return payload;
    switch (form.Action) {
      case 'Publish':
      case 'PublishBatch':
        subscriptions.published(form, payload);
        return payload;
      case 'Unsubscribe': {
        const ended = ending.get(request);
        if (ended !== undefined) subscriptions.unsubscribed(ended);
        return payload;
      }
      case 'Subscribe': {
        const [, arn = ''] = /<SubscriptionArn>([^<]*)</.exec(payload) ?? [];
        subscriptions.subscribed(arn);
        const showsArn = form.ReturnSubscriptionArn === 'true' || snsStore.getSubscription(arn)?.confirmed;
        return showsArn ? payload : payload.replace(`>${arn}<`, '>pending confirmation<');
      }
      case 'ListSubscriptions':
      case 'ListSubscriptionsByTopic':
        return payload.replaceAll(/(<SubscriptionArn>)([^<]*)/g, (whole, tag: string, arn: string) =>
          snsStore.getSubscription(arn)?.confirmed === false ? `${tag}PendingConfirmation` : whole,
        );
      default:
        return payload;
    }
  });
}

/** The subscription that a request asks for, if it is one over HTTP: a new one, or one with a changed attribute. */
function askedSubscription(form: Form, found: Subscription | undefined) {
  if (form.Action === 'Subscribe' && isHttp(form.Protocol)) {
    const attributes: Record<string, string | undefined> = {};
    for (const [key, name] of Object.entries(form)) {
      const [, index] = /^Attributes\.entry\.(\d+)\.key$/.exec(key) ?? [];
      if (index !== undefined && name !== undefined) attributes[name] = form[`Attributes.entry.${index}.value`];
    }
    return { protocol: form.Protocol ?? '', endpoint: form.Endpoint ?? '', attributes };
  }
  if (form.Action !== 'SetSubscriptionAttributes' || found === undefined || !isHttp(found.protocol)) return undefined;
  const { protocol, endpoint } = found;
  return { protocol, endpoint, attributes: { [form.AttributeName ?? '']: form.AttributeValue } };
}

function confirmation(subscriptions: HttpSubscriptions, topicArn: string, token: string) {
  const arn = subscriptions.confirm(topicArn, token);
  if (arn === undefined) return { status: 400, body: errorXml('InvalidParameter', 'Invalid parameter: Token') };
  return { status: 200, body: answerXml('ConfirmSubscription', textElement('SubscriptionArn', arn)) };
}

/** The form of a request to SNS. */
function formOf(request: { method: string; headers: object; body: unknown }): Form | undefined {
  const type: unknown = Reflect.get(request.headers, 'content-type');
  if (request.method !== 'POST' || !String(type).includes('x-www-form-urlencoded')) return undefined;
  return typeof request.body === 'object' && request.body !== null ? (request.body as Form) : undefined;
}

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';

function answerXml(action: string, result: string): string {
  const metadata = element('ResponseMetadata', element('RequestId', crypto.randomUUID()));
  return `<${action}Response xmlns="${namespace}">${element(`${action}Result`, result)}${metadata}</${action}Response>`;
}

function errorXml(code: string, message: string): string {
  const error = `${element('Type', 'Sender')}${element('Code', code)}${element('Message', escapeXml(message))}`;
  return `<ErrorResponse xmlns="${namespace}">${element('Error', error)}${element('RequestId', crypto.randomUUID())}</ErrorResponse>`;
}
