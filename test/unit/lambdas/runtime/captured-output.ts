import { vi } from 'vitest';

/** Collects what is written to the process's output from now on. */
export function captureOutput() {
  const written: string[] = [];
  const into = (text: string | Uint8Array) => {
    written.push(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(into);
  vi.spyOn(process.stderr, 'write').mockImplementation(into);
  return {
    text: () => written.join(''),
    /** Each line, which must be JSON: Lambda's log is nothing else. */
    lines: () =>
      written
        .join('')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
