/**
 * Runs work that ends in good order when it is interrupted: by Ctrl-C, by SIGTERM, or because whoever read the output has
 * read enough (`onelink … | head`). A second Ctrl-C ends the program at once.
 */
export async function interruptible<Result>(work: (interrupted: AbortSignal) => Promise<Result>): Promise<Result> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  // For good: what is still on its way to a closed pipe fails later, one write after the other.
  process.stdout.on('error', interrupt);
  try {
    return await work(interruption.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
