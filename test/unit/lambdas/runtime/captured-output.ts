import { afterEach, beforeEach, vi } from 'vitest';

/** Collects what each test writes to the process's output. The environment is that of a pipeline called acme-links. */
export function captureOutput() {
  const written: string[] = [];
  const into = (text: string | Uint8Array) => {
    written.push(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
    return true;
  };
  beforeEach(() => {
    written.length = 0;
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'acme-links');
    vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'OneLinkPipeline');
    vi.spyOn(process.stdout, 'write').mockImplementation(into);
    vi.spyOn(process.stderr, 'write').mockImplementation(into);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  const text = () => written.join('');
  /** Each line. A line must be JSON, because Lambda's log contains only JSON. */
  const lines = () =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { text, lines };
}
