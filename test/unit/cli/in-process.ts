import { join } from 'node:path';
import { Readable } from 'node:stream';
import { format } from 'node:util';
import { vi } from 'vitest';
import { onelinkProgram } from '../../../cli/program.ts';

class Ended extends Error {}

/**
 * Runs a command line in this process as an operator would, without AWS credentials.
 *
 * @param variables the environment, beside one without credentials
 * @returns its exit code and output
 */
export async function onelink(args: readonly string[], input = '', variables: Readonly<Record<string, string>> = {}) {
  const nowhere = join(import.meta.dirname, 'no-such-file');
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_PROFILE: undefined,
    AWS_ACCESS_KEY_ID: undefined,
    ...variables,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const output = { stdout: '', stderr: '' };
  const keep = (stream: 'stdout' | 'stderr', text: string) => {
    output[stream] += text;
    return true;
  };
  const before = process.exitCode;
  // A program listens for errors of its output. Here, many of them share it, and Node.js would warn of a leak.
  const outputs = [process.stdout, process.stderr];
  const listeners = outputs.map((stream) => stream.listeners('error'));
  const spies = [
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([input]) as typeof process.stdin),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => keep('stdout', String(text))),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => keep('stderr', String(text))),
    vi.spyOn(console, 'log').mockImplementation((...words) => void keep('stdout', `${format(...words)}\n`)),
    vi.spyOn(console, 'error').mockImplementation((...words) => void keep('stderr', `${format(...words)}\n`)),
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      process.exitCode = code;
      throw new Ended();
    }),
  ];
  try {
    process.exitCode = 0;
    const run = onelinkProgram().parseAsync(['node', 'onelink', ...args]);
    await run.catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error;
    });
    return { status: process.exitCode, ...output };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
    for (const [index, stream] of outputs.entries()) {
      const added = stream.listeners('error').filter((one) => !listeners[index]?.includes(one));
      for (const one of added) stream.removeListener('error', one as () => void);
    }
    vi.unstubAllEnvs();
  }
}
