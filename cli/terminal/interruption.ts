import { fileErrorReason } from '../files/file-error.ts';
import { usageCode } from './usage.ts';

/**
 * Runs work that an abort signal can end in good order. Ctrl-C, SIGTERM and a closed output (`onelink … | head`) abort it.
 * A second Ctrl-C ends the program at once.
 */
export async function interruptible<Result>(work: (interrupted: AbortSignal) => Promise<Result>): Promise<Result> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  const outputFailed = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && !interruption.signal.aborted) {
      console.error(`Standard output cannot be written: ${fileErrorReason(error, 'write') ?? error.message}.`);
      process.once('exit', () => {
        process.exitCode ||= usageCode;
      });
    }
    interrupt();
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  // This listener stays, because later writes to a closed pipe fail one after the other.
  process.stdout.on('error', outputFailed);
  try {
    return await work(interruption.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
