import type { WeatherPlan } from './plan.ts';
import { lost, type Treatment, type WireAnswer, type WireRequest, withBody, xmlAnswer } from './wire/exchange.ts';

/** Degrades a request to S3. */
export function s3Weather(plan: WeatherPlan): Treatment {
  return async (request, forward) => {
    if (plan.strikes('s3-slow-downs')) return slowDown;
    if (request.method === 'GET' || request.method === 'HEAD') return forward();
    const answer = await inPart(plan, request, forward);
    return plan.strikes('s3-lost-answers') ? lost : answer;
  };
}

const slowDown = xmlAnswer(
  503,
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>',
);

/** Fails some keys of DeleteObjects. S3 deletes at least one of several keys. */
async function inPart(plan: WeatherPlan, request: WireRequest, forward: Parameters<Treatment>[1]): Promise<WireAnswer> {
  const isBatch = request.method === 'POST' && /[?&]delete\b/.test(request.path);
  if (!isBatch || !plan.strikes('s3-failed-entries')) return forward();
  const body = request.body.toString('utf8');
  const objects = body.match(/<Object>[\s\S]*?<\/Object>/g) ?? [];
  const failing = plan.some('s3-failed-entries', objects);
  const errors = [...failing].map((object) => {
    const key = /<Key>[\s\S]*?<\/Key>/.exec(object)?.[0];
    return `<Error>${key}<Code>InternalError</Code><Message>Try again.</Message></Error>`;
  });
  const rest = objects.filter((object) => failing.has(object)).reduce((text, one) => text.replace(one, ''), body);
  const answer =
    failing.size === objects.length
      ? xmlAnswer(200, '<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>')
      : await forward(withBody(request, rest));
  if (answer.status !== 200) return answer;
  return withBody(answer, answer.body.toString('utf8').replace('</DeleteResult>', `${errors.join('')}</DeleteResult>`));
}
