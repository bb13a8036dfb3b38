import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { DeadLetters } from '../adapters/dead-letters.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { RateLimiter } from '../runtime/rate-limiter.ts';
import { Telemetry } from '../runtime/telemetry.ts';
import { type RedriveResult, requestSchema } from './acts.ts';
import { operationsEnvironment } from './env.ts';
import { redrive } from './redrive.ts';

const env = readEnvironment(operationsEnvironment, process.env);
const telemetry = new Telemetry();
const log = telemetry.observer({});
const letters = new DeadLetters(new SQSClient());

/** @returns the result of the act. The caller reads it: this function is invoked and waited for. */
export async function handler(event: unknown, context: Context): Promise<RedriveResult> {
  telemetry.beginInvocation(context);
  try {
    const request = requestSchema.parse(event);
    const turns = RateLimiter.atPace(request.perSecond, clock);
    const result = await redrive(request, env, { letters, turns, clock });
    log.info('dead letters were sent back', { count: result.moved });
    return result;
  } finally {
    telemetry.endInvocation();
  }
}
