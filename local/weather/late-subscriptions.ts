import type { Later } from './later.ts';
import type { WeatherPlan } from './plan.ts';
import { type Treatment, type WireAnswer, type WireRequest, withBody } from './wire/exchange.ts';

const kind = 'sns-late-subscriptions';
const lateMilliseconds = [5_000, 60_000] as const;
const nothingYet = '{"weather":["nothing yet"]}';

/**
 * Subscribes, and delivers nothing for up to a minute, as SNS does until it has propagated the subscription and the
 * queue's policy. SNS never delivers what is published before that. A filter that matches nothing simulates this, and
 * is replaced later.
 */
export async function subscribeLate(
  plan: WeatherPlan,
  form: URLSearchParams,
  request: WireRequest,
  forward: Parameters<Treatment>[1],
  later: Later,
): Promise<WireAnswer> {
  if (form.get('Protocol') !== 'sqs' || !plan.strikes(kind)) return forward();
  const attributes = [...form].flatMap(([name]) => /^Attributes\.entry\.(\d+)\.key$/.exec(name)?.[1] ?? []);
  const own = attributes.find((number) => form.get(`Attributes.entry.${number}.key`) === 'FilterPolicy');
  const at = own ?? String(attributes.length + 1);
  const filter = form.get(`Attributes.entry.${at}.value`) ?? '{}';
  const deaf = new URLSearchParams(form);
  deaf.set(`Attributes.entry.${at}.key`, 'FilterPolicy');
  deaf.set(`Attributes.entry.${at}.value`, nothingYet);
  const answer = await forward(withBody(request, deaf.toString()));
  const SubscriptionArn = /<SubscriptionArn>(.+?)</.exec(answer.body.toString('utf8'))?.[1];
  if (SubscriptionArn === undefined) return answer;
  const Action = 'SetSubscriptionAttributes';
  const real = {
    Action,
    Version: '2010-03-31',
    SubscriptionArn,
    AttributeName: 'FilterPolicy',
    AttributeValue: filter,
  };
  const hear = () => {
    // The subscription or the engine may be gone at that time.
    forward(withBody(request, new URLSearchParams(real).toString())).catch(() => {});
  };
  later(hear, plan.between(kind, ...lateMilliseconds));
  return answer;
}
