interface Surroundings {
  /** Whether this is CI, which may not skip the tests. */
  isCi: boolean;
  warn(words: string): void;
}

/**
 * Starts a browser, or skips its tests aloud.
 *
 * @returns undefined if there is none
 * @throws Error instead in CI
 */
export async function browserOrSkip<Started>(
  start: () => Promise<Started>,
  { isCi, warn }: Surroundings,
): Promise<Started | undefined> {
  try {
    return await start();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    if (isCi) throw new Error(`CI needs a browser for the tests of the console: ${reason}`, { cause: error });
    warn(`\n  The tests of the console in a browser are SKIPPED: ${reason}\n`);
    return undefined;
  }
}
