import { nameOfError, type Observer } from './observer.ts';

/**
 * Writes data that only forecasts, caps and other environments read. Its commands are complete already, so a failed
 * write is logged and counted, and the batch continues.
 *
 * @param failed the metric that counts a failure
 * @returns whether the write succeeded. It never rejects, so callers may await it late or not at all.
 */
export async function keepBooks(observer: Observer, failed: string, write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    observer.count(failed);
    observer.warn('bookkeeping failed: the batch continues', { error: nameOfError(error) });
    return false;
  }
}
