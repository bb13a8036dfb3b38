import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');

/** The code under a heading of docs/clients.md. */
export function codeUnder(heading: string, language: string): string {
  const section = page.slice(page.indexOf(`\n${heading}\n`)).split(/\n#+ /)[1] ?? '';
  const code = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(section)?.[1];
  if (code === undefined) throw new Error(`docs/clients.md has no code in ${language} under ${heading}`);
  return code;
}

/** Runs a program to its end. @returns what it has printed */
export async function run(
  program: string,
  args: readonly string[],
  {
    cwd,
    environment,
    timeoutMilliseconds = 60_000,
  }: { cwd: string; environment: Record<string, string>; timeoutMilliseconds?: number },
): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const { stdout } = await promisify(execFile)(program, args, {
    cwd,
    env: { PATH, HOME, ...environment },
    // npm is a batch file there.
    shell: program.endsWith('.cmd'),
    timeout: timeoutMilliseconds,
  });
  return stdout;
}

/** Whether a program is there and ends well. */
export async function isThere(program: string, ...args: string[]): Promise<boolean> {
  return promisify(execFile)(program, args, { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}
