import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type RedriveRequest, type RedriveResult, redriveResultSchema } from '../../lambdas/operations/acts.ts';
import { OperatorError } from '../words/operator-error.ts';

/** Asks the operations function for an act, and waits for its result. */
export type Operations = (request: RedriveRequest) => Promise<RedriveResult | 'interrupted'>;

interface Access {
  lambda: Pick<LambdaClient, 'send'>;
  functionName: string;
  interrupted: AbortSignal;
  /** Called before each wait for another operator's act. */
  onBusy(): void;
  /** Between two attempts while another act runs. */
  waitMilliseconds?: number;
}

/** A slice takes seconds. So an act that runs for minutes is a campaign of somebody else, and no accident. */
const patienceMilliseconds = 10 * 60_000;

/**
 * The operations function of a pipeline. It carries out one act at a time. While another operator's act runs, Lambda
 * throttles the invocation, and this waits.
 *
 * @returns a function that returns `interrupted` if it is interrupted while it waits
 */
export function operationsOf({
  lambda,
  functionName,
  interrupted,
  onBusy,
  waitMilliseconds = 1_000,
}: Access): Operations {
  return async (request) => {
    for (let waited = 0; ; waited += waitMilliseconds) {
      try {
        const { FunctionError, Payload } = await lambda.send(
          new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
        );
        const text = Buffer.from(Payload ?? []).toString();
        if (FunctionError !== undefined) throw failed(text);
        return redriveResultSchema.parse(JSON.parse(text));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'TooManyRequestsException') throw error;
        if (waited >= patienceMilliseconds) {
          throw new OperatorError('Another operator’s act still runs after ten minutes. Try again later.');
        }
      }
      onBusy();
      await sleep(waitMilliseconds, undefined, { signal: interrupted }).catch(() => {});
      if (interrupted.aborted) return 'interrupted';
    }
  };
}

function failed(payload: string): OperatorError {
  const { errorMessage = 'unknown' }: { errorMessage?: string } = JSON.parse(payload);
  return new OperatorError(
    `The operations function failed: ${errorMessage}. What it sent is sent, and nothing is lost. Its log has the cause.`,
  );
}
