import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context, ScheduledEvent } from 'aws-lambda';
import { ControlTable } from '../adapters/control-table.ts';
import { dynamoClient } from '../adapters/document-table.ts';
import { LaneMappings } from '../adapters/lane-mappings.ts';
import { LinkIdSecret } from '../adapters/link-id-secret.ts';
import { OneLinkClient } from '../adapters/onelink-client.ts';
import { Secret } from '../adapters/secret.ts';
import { dimension } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { RateLimiter } from '../runtime/rate-limiter.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { governorEnvironment } from './env.ts';
import { governor } from './governor.ts';

const env = readEnvironment(governorEnvironment, process.env);
const telemetry = new Telemetry();
/** The rate budget leaves one call per second to the governor. */
const turns = RateLimiter.atPace(1, clock);
const [secrets, dynamo] = [new SecretsManagerClient(), dynamoClient()];
const token = new Secret(secrets, env.API_TOKEN_SECRET_ARN);
const api = new OneLinkClient(env, { token, turns, clock, onCall: telemetry.apiAnswers({}) });
const govern = governor(env, {
  api,
  control: new ControlTable(dynamo, env.LEDGER_TABLE_NAME, clock),
  linkIdSecret: new LinkIdSecret({ secrets, dynamo }, env, clock),
  siblings: env.SIBLINGS.map(({ table, lanes }) => {
    const control = new ControlTable(dynamo, table, clock);
    return { spent: (days) => control.spent(lanes, days) };
  }),
  mappings: new LaneMappings(new LambdaClient()),
  observer: telemetry.observer({}),
  laneObserver: (lane) => telemetry.observer({ [dimension.lane]: lane }),
  clock,
});

export async function handler(_event: ScheduledEvent, context: Context): Promise<void> {
  telemetry.beginInvocation(context);
  turns.beginInvocation();
  // No retries after a 429: the next run polls again in a minute.
  api.beginInvocation(() => false);
  try {
    await govern();
  } finally {
    await turns.endInvocation();
    telemetry.endInvocation();
  }
}
