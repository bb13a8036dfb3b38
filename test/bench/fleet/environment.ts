import type { Context } from 'aws-lambda';
import type { FleetJob, Invocation, Report } from './messages.ts';
import { jobWith } from './workers.ts';

/**
 * One execution environment: a process that handles one invocation at a time, as Lambda's do. Its job is its argument, and
 * its variables are those of the template.
 */
const report = (message: Report) => void process.send?.(message);
const { invoke } = jobWith(process.argv[2] as FleetJob, process.env, (work) => report({ kind: 'qr', work }));

process.on('message', async (invocation: Invocation) => {
  const endsAt = performance.now() + invocation.timeoutMilliseconds;
  const context = {
    awsRequestId: 'in-memory',
    getRemainingTimeInMillis: () => Math.max(0, endsAt - performance.now()),
  } as Context;
  try {
    report({ kind: 'answered', ...(await invoke(invocation, context)) });
  } catch (error) {
    report({ kind: 'failed', error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
report({ kind: 'ready' });
