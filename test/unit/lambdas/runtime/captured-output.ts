import { vi } from 'vitest';

/** Collects everything that the process writes to its output from now on. */
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
    /** Each line. A line must be JSON, because Lambda's log contains only JSON. */
    lines: () =>
      written
        .join('')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
