import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { OneLinkClient } from '../adapters/onelink-client.ts';
import { Secret } from '../adapters/secret.ts';
import { leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { dimension, readerLane } from '../domain/work/names.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { RateLimiter } from '../runtime/rate-limiter.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { readerEnvironment } from './env.ts';
import { reader } from './reader.ts';
import type { ReadAnswer } from './reading.ts';

const env = readEnvironment(readerEnvironment, process.env);
const telemetry = new Telemetry();
const turns = RateLimiter.atPace(env.READ_CALLS_PER_SECOND, clock);
const token = new Secret(new SecretsManagerClient(), env.API_TOKEN_SECRET_ARN);
const onCall = telemetry.apiCalls({ [dimension.lane]: readerLane });
const api = new OneLinkClient(env, { token, turns, clock, onCall });
const read = reader(env, { api, token });

/** Request and answer hold link data. Nothing here logs them. */
export async function handler(request: unknown, context: Context): Promise<ReadAnswer> {
  telemetry.beginInvocation(context);
  turns.beginInvocation();
  const deadline = { remainingMilliseconds: () => context.getRemainingTimeInMillis() };
  api.beginInvocation(() => deadline.remainingMilliseconds() >= leastTimeMilliseconds);
  try {
    return await read(request, deadline);
  } finally {
    await turns.endInvocation();
    telemetry.endInvocation();
  }
}
