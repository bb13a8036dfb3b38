import { dynamodbWeather } from './dynamodb.ts';
import type { WeatherPlan } from './plan.ts';
import { s3Weather } from './s3.ts';
import { snsWeather } from './sns.ts';
import { sqsWeather } from './sqs.ts';
import { calmOnRepeats } from './wire/calm.ts';
import type { Treatment } from './wire/exchange.ts';
import { startFront } from './wire/front.ts';

/** The endpoints of services, `http://127.0.0.1:{port}`. */
type Endpoints = Readonly<Record<'dynamodb' | 'sqs' | 'sns' | 's3', string>>;

/** Starts a proxy in front of each engine. */
export async function startFronts(plan: WeatherPlan, engines: Endpoints) {
  const front = (engine: string, treat: Treatment) => startFront(engine, calmOnRepeats(plan, treat));
  const [dynamodb, sqs, sns, s3] = await Promise.all([
    front(engines.dynamodb, dynamodbWeather(plan)),
    front(engines.sqs, sqsWeather(plan, engines.sqs)),
    front(engines.sns, snsWeather(plan)),
    front(engines.s3, s3Weather(plan)),
  ]);
  return {
    endpoints: { dynamodb: dynamodb.endpoint, sqs: sqs.endpoint, sns: sns.endpoint, s3: s3.endpoint },
    stop: async () => {
      await Promise.all([dynamodb, sqs, sns, s3].map((each) => each.stop()));
    },
  };
}
