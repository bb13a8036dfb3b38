import { subscribeLate } from './late-subscriptions.ts';
import { type Later, laterUnlessOver } from './later.ts';
import type { WeatherPlan } from './plan.ts';
import { lost, type Treatment, type WireAnswer, type WireRequest, withBody, xmlAnswer } from './wire/exchange.ts';

const publishes = ['Publish', 'PublishBatch'];
const entryField = /^PublishBatchRequestEntries\.member\.(\d+)\.(.+)$/;

/**
 * Degrades a request to SNS.
 * @param later same as `setTimeout`
 */
export function snsWeather(plan: WeatherPlan, later: Later = laterUnlessOver): Treatment {
  return async (request, forward) => {
    const form = new URLSearchParams(request.body.toString('utf8'));
    if (form.get('Action') === 'Subscribe') return subscribeLate(plan, form, request, forward, later);
    if (!publishes.includes(form.get('Action') ?? '')) return forward();
    if (plan.strikes('sns-slow-downs')) return throttled;
    const answer = await inPart(plan, form, request, forward);
    return plan.strikes('sns-lost-answers') ? lost : answer;
  };
}

const throttled = xmlAnswer(
  400,
  '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>' +
    '<RequestId>weather</RequestId></ErrorResponse>',
);

async function inPart(
  plan: WeatherPlan,
  form: URLSearchParams,
  request: WireRequest,
  forward: Parameters<Treatment>[1],
): Promise<WireAnswer> {
  const numbers = [...new Set([...form.keys()].flatMap((name) => entryField.exec(name)?.[1] ?? []))];
  if (numbers.length === 0 || !plan.strikes('sns-failed-entries')) return forward();
  const failing = plan.some('sns-failed-entries', numbers);
  const failed = [...failing].map((number) => {
    const id = form.get(`PublishBatchRequestEntries.member.${number}.Id`);
    return `<member><Id>${id}</Id><Code>InternalError</Code><Message>Try again.</Message><SenderFault>false</SenderFault></member>`;
  });
  if (failing.size === numbers.length) {
    return xmlAnswer(
      200,
      '<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful/>' +
        `<Failed>${failed.join('')}</Failed></PublishBatchResult></PublishBatchResponse>`,
    );
  }
  const kept = numbers.filter((number) => !failing.has(number));
  const rest = new URLSearchParams();
  for (const [name, value] of form) {
    const [, number, field] = entryField.exec(name) ?? [];
    if (number === undefined) rest.append(name, value);
    else if (!failing.has(number)) {
      // Renumbered without gaps, as every client numbers them.
      rest.append(`PublishBatchRequestEntries.member.${kept.indexOf(number) + 1}.${field}`, value);
    }
  }
  const answer = await forward(withBody(request, rest.toString()));
  if (answer.status !== 200) return answer;
  return withBody(answer, answer.body.toString('utf8').replace('</Failed>', `${failed.join('')}</Failed>`));
}
