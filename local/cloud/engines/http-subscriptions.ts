import { randomUUID } from 'node:crypto';
import type { buildApp } from 'fauxqs';
import { Confirmations } from '../notifications/confirmations.ts';
import { Deliveries } from '../notifications/deliveries.ts';
import { deliveryPolicyOf } from '../notifications/delivery-policy.ts';
import { addressOf, isHttp } from '../notifications/endpoint.ts';
import { confirmationPost, notificationPost } from '../notifications/message.ts';
import type { Attempt } from '../notifications/post.ts';
import { entriesOf, messageIdsIn, type PublishedEntry, postedAttributes } from '../notifications/published.ts';
import { Signer } from '../notifications/signer.ts';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Subscription = NonNullable<ReturnType<Stores['snsStore']['getSubscription']>>;
type Form = Readonly<Record<string, string | undefined>>;

export interface HttpSubscriptionSettings {
  readonly region: string;
  /** How long a receiver may take for its answer. */
  readonly timeoutMilliseconds: number;
  readonly receiverPort: number | undefined;
}

export interface HttpSubscriptionPorts {
  /** Whether a message passes a subscription's filter policy. */
  passes(subscription: Subscription, entry: PublishedEntry): boolean;
  /** Puts a message that was not delivered into a queue. False if there is no such queue. */
  bury(queueArn: string, body: string, attributes: Readonly<Record<string, string>>): boolean;
}

/** What became of a topic's notifications over HTTP since the start. */
export interface TopicCounts {
  readonly name: string;
  /** Now, confirmations included: messages that wait for their next attempt. */
  retrying: number;
  delivered: number;
  failed: number;
  redriven: number;
  failedToRedrive: number;
}

/** Subscriptions of the local SNS with the protocols `http` and `https`, which fauxqs takes and does not serve. */
export class HttpSubscriptions {
  /** Of this process, once it listens. */
  origin = '';
  readonly #stores: Stores;
  readonly #settings: HttpSubscriptionSettings;
  readonly #ports: HttpSubscriptionPorts;
  readonly #confirmations = new Confirmations();
  readonly #deliveries: Deliveries;
  readonly #counts = new Map<string, TopicCounts>();
  /** Subscriptions that ended. Their receivers may restore them. */
  readonly #ended = new Map<string, Subscription>();
  #signer: Promise<Signer> | undefined;

  constructor(stores: Stores, settings: HttpSubscriptionSettings, ports: HttpSubscriptionPorts) {
    this.#stores = stores;
    this.#settings = settings;
    this.#ports = ports;
    this.#deliveries = Deliveries.over(settings.timeoutMilliseconds);
  }

  get counts(): TopicCounts[] {
    for (const [topicArn, counts] of this.#counts) counts.retrying = this.#deliveries.retrying(topicArn);
    return [...this.#counts.values()];
  }

  /** Starts the retries that are due. */
  tick(): void {
    this.#deliveries.tick();
  }

  /** The certificate at a path, if it is there. */
  async certificateAt(path: string): Promise<string | undefined> {
    const signer = await this.#signer;
    return signer?.certificatePath === path ? signer.certificate : undefined;
  }

  /** @throws Error with the reason why SNS would refuse the subscription, or why it cannot work here */
  check(protocol: string, endpoint: string, attributes: Readonly<Record<string, string | undefined>>): void {
    if (addressOf(protocol, endpoint, this.#settings.receiverPort) === undefined)
      throw new Error('not implemented here: an endpoint on another machine');
    deliveryPolicyOf(attributes.DeliveryPolicy);
    deadLetterQueueOf(attributes.RedrivePolicy);
  }

  /** Asks the receiver to confirm its subscription, unless it has. */
  subscribed(arn: string): void {
    const subscription = this.#subscription(arn);
    if (subscription !== undefined && !subscription.confirmed)
      void this.#askToConfirm(subscription, 'SubscriptionConfirmation');
  }

  /**
   * Confirms a subscription, or restores one that ended.
   * @returns its ARN. Undefined if the token is not valid for the topic
   */
  confirm(topicArn: string, token: string): string | undefined {
    const arn = this.#confirmations.subscriptionOf(token, Date.now());
    const subscription = arn === undefined ? undefined : (this.#subscription(arn) ?? this.#ended.get(arn));
    if (arn === undefined || subscription?.topicArn !== topicArn) return undefined;
    if (this.#ended.delete(arn)) {
      this.#stores.snsStore.subscriptions.set(arn, subscription);
      this.#stores.snsStore.getTopic(topicArn)?.subscriptionArns.push(arn);
    }
    subscription.confirmed = true;
    return arn;
  }

  /** Call it with each subscription that ended. Its receiver gets a last message. */
  unsubscribed(subscription: Subscription): void {
    this.#deliveries.end(subscription.arn);
    this.#ended.set(subscription.arn, subscription);
    if (subscription.confirmed) void this.#askToConfirm(subscription, 'UnsubscribeConfirmation');
  }

  /** Posts what a client has published, to each subscription that it passes. */
  published(form: Form, answer: string): void {
    const topic = this.#stores.snsStore.getTopic(form.TopicArn ?? '');
    const receivers = (topic?.subscriptionArns ?? []).flatMap((arn) => {
      const found = this.#subscription(arn);
      return found?.confirmed ? [found] : [];
    });
    if (topic === undefined || receivers.length === 0) return;
    const messageIds = messageIdsIn(answer);
    for (const entry of entriesOf(form)) {
      const messageId = messageIds.get(entry.id);
      if (messageId === undefined) continue;
      for (const receiver of receivers)
        if (this.#ports.passes(receiver, entry)) void this.#notify(receiver, entry, messageId);
    }
  }

  async #notify(subscription: Subscription, entry: PublishedEntry, messageId: string): Promise<void> {
    const { arn, topicArn, attributes } = subscription;
    const publishedAtMilliseconds = Date.now();
    const policy = deliveryPolicyOf(attributes.DeliveryPolicy);
    const terms = {
      signing: await this.#signing(topicArn),
      subscriptionArn: arn,
      contentType: policy.contentType,
      raw: attributes.RawMessageDelivery === 'true',
    };
    const { message, subject } = entry;
    const published = { messageId, topicArn, message, subject, publishedAtMilliseconds };
    const post = notificationPost({ ...published, attributes: postedAttributes(entry.attributes) }, terms);
    const onEnd = (last: Attempt) => this.#noteEnd(subscription, post.body, last);
    this.#deliver(subscription, { post, policy, onEnd });
  }

  async #askToConfirm(
    subscription: Subscription,
    type: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  ): Promise<void> {
    const { arn, topicArn, attributes } = subscription;
    const atMilliseconds = Date.now();
    const token = this.#confirmations.issue(arn, atMilliseconds);
    const signing = await this.#signing(topicArn);
    const subscribeUrl = `${this.origin}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
    const messageId = randomUUID();
    const ended = type === 'UnsubscribeConfirmation' && { subscriptionArn: arn };
    const asked = { type, messageId, topicArn, token, subscribeUrl, atMilliseconds, ...ended };
    const post = confirmationPost(asked, signing);
    this.#deliver(subscription, { post, policy: deliveryPolicyOf(attributes.DeliveryPolicy), onEnd: () => {} });
  }

  #deliver(
    { arn, topicArn, protocol, endpoint }: Subscription,
    rest: Omit<Parameters<Deliveries['add']>[0], 'subscriptionArn' | 'url'>,
  ): void {
    this.#countsOf(topicArn);
    const url = addressOf(protocol, endpoint, this.#settings.receiverPort);
    if (url !== undefined) this.#deliveries.add({ ...rest, subscriptionArn: arn, url });
  }

  /** Counts a notification's end. What was not delivered goes to the subscription's dead-letter queue. */
  #noteEnd({ topicArn, attributes }: Subscription, body: string, { result, reason }: Attempt): void {
    const counts = this.#countsOf(topicArn);
    if (result === 'delivered') {
      counts.delivered += 1;
      return;
    }
    counts.failed += 1;
    const queueArn = deadLetterQueueOf(attributes.RedrivePolicy);
    if (queueArn === undefined) return;
    const why = { RequestID: randomUUID(), ErrorCode: reason, ErrorMessage: `The receiver answered: ${reason}` };
    if (this.#ports.bury(queueArn, body, why)) counts.redriven += 1;
    else counts.failedToRedrive += 1;
  }

  #countsOf(topicArn: string): TopicCounts {
    const found = this.#counts.get(topicArn);
    if (found !== undefined) return found;
    const name = topicArn.split(':').at(-1) ?? '';
    const counts = { name, retrying: 0, delivered: 0, failed: 0, redriven: 0, failedToRedrive: 0 };
    this.#counts.set(topicArn, counts);
    return counts;
  }

  #subscription(arn: string): Subscription | undefined {
    const found = this.#stores.snsStore.getSubscription(arn);
    return found !== undefined && isHttp(found.protocol) ? found : undefined;
  }

  async #signing(topicArn: string) {
    this.#signer ??= Signer.make(`sns.${this.#settings.region}.amazonaws.com`);
    const version = this.#stores.snsStore.getTopic(topicArn)?.attributes.SignatureVersion === '2' ? 2 : 1;
    return { signer: await this.#signer, version, origin: this.origin } as const;
  }
}

/**
 * The queue in a subscription's `RedrivePolicy`.
 * @throws Error if it names none
 */
export function deadLetterQueueOf(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const { deadLetterTargetArn } = JSON.parse(text) as { deadLetterTargetArn?: unknown };
  if (typeof deadLetterTargetArn === 'string') return deadLetterTargetArn;
  throw new Error('RedrivePolicy has no deadLetterTargetArn');
}
