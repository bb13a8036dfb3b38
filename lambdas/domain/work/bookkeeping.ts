import type { Observer } from './observer.ts';

/**
 * Writes down what only forecasts, caps and other environments read. The commands that it is about are complete: when it
 * fails, it is logged and counted, and the batch goes on.
 *
 * @param failed the metric that counts it
 * @returns whether it was written. Never rejects, so that it may be awaited late or not at all.
 */
export async function keepBooks(observer: Observer, failed: string, write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    observer.count(failed);
    observer.warn('bookkeeping failed: the batch goes on', { error: error instanceof Error ? error.name : 'unknown' });
    return false;
  }
}
