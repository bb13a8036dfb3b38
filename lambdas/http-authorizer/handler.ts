import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent, Context } from 'aws-lambda';
import { StoredKeys } from '../adapters/keys-secret.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { authorizer } from './authorizer.ts';
import { httpAuthorizerEnvironment } from './env.ts';

const env = readEnvironment(httpAuthorizerEnvironment, process.env);
const telemetry = new Telemetry();
const authorize = authorizer(env, {
  keys: new StoredKeys(new SecretsManagerClient(), env.KEYS_SECRET_ARN, clock),
  observer: telemetry.observer({}),
});

/** The event holds a key. Nothing here logs it. */
export async function handler(
  event: APIGatewayTokenAuthorizerEvent,
  context: Context,
): Promise<APIGatewayAuthorizerResult> {
  telemetry.beginInvocation(context);
  try {
    return await authorize(event);
  } finally {
    telemetry.endInvocation();
  }
}
