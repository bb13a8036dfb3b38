import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkout } from '../../world/checkout.ts';
import { aws } from './aws-stand-in.ts';

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** A separate checkout with a kept run, and a shell in it. */
export interface KeptRun {
  folder: string;
  outputs: Record<string, string>;
  /** Runs a command as an operator pastes it, with `npx onelink` for the local run. */
  shell(command: string, options?: { before?: string; input?: string }): Promise<Ran>;
  stop(): Promise<void>;
}

/** @param messages the run's campaign, for `npm start -- --input my-commands.ndjson --keep` */
export async function startKeptRun(messages: readonly object[]): Promise<KeptRun> {
  const folder = await checkout();
  await writeFile(join(folder, 'my-commands.ndjson'), messages.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const start = [
    '--import',
    './bin/node-24.mjs',
    'local/start/main.ts',
    '--input',
    'my-commands.ndjson',
    '--keep',
    '--quiet',
  ];
  const run = spawn(process.execPath, start, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => run.kill());
  let printed = '';
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (piece) => (printed += piece));
  const kept = await keptRunOf(folder, run, () => printed);
  // The stand-in runs in this process, which loads the SDK once.
  Object.assign(process.env, kept.variables);
  const standIn = await startStandIn(folder);
  const tools = join(folder, 'tools');
  await mkdir(tools);
  const program = async (name: string, text: string) => {
    await writeFile(join(tools, name), text);
    await chmod(join(tools, name), 0o755);
  };
  await program('npx', `#!/bin/sh\n[ "$1" = onelink ] || exit 127\nshift\nexec node bin/onelink.mjs "$@" --local\n`);
  await program('aws', awsProgram(standIn.port));
  // Dozens of verbs load the same modules.
  const NODE_COMPILE_CACHE = join(folder, 'compile-cache');
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE,
    PATH: [tools, dirname(process.execPath), process.env.PATH].join(':'),
  };
  return {
    folder,
    outputs: kept.outputs,
    shell: async (command, { before = '', input = '' } = {}) => {
      // Shell functions override the machine's own programs of these names.
      const functions = ['npx', 'aws'].map((name) => `${name}() { '${join(tools, name)}' "$@"; }`).join('\n');
      const child = spawn('bash', ['-c', `${functions}\n${before}\n${command}`], { cwd: folder, env });
      const ran = { out: '', err: '' };
      child.stdout.on('data', (piece) => (ran.out += piece));
      child.stderr.on('data', (piece) => (ran.err += piece));
      child.stdin.on('error', () => {}).end(input);
      const [code] = await once(child, 'close');
      return { code, ...ran };
    },
    stop: async () => {
      standIn.close();
      const ended = run.exitCode === null ? once(run, 'exit') : undefined;
      run.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function keptRunOf(folder: string, run: ChildProcess, printed: () => string) {
  for (;;) {
    if (run.exitCode !== null) throw new Error(`npm start ended with ${run.exitCode}:\n${printed()}`);
    try {
      const text = await readFile(join(folder, '.local/endpoints.json'), 'utf8');
      return JSON.parse(text) as { variables: Record<string, string>; outputs: Record<string, string> };
    } catch {
      await sleep(100);
    }
  }
}

/** Sends its arguments as lines, each after its length. The response is a line with the exit code, then the output. */
const awsProgram = (port: number) => `#!/bin/bash
input=''
case "$*" in *file:///dev/stdin*) input=$(cat);; esac
LC_ALL=C
exec 3<>/dev/tcp/127.0.0.1/${port}
printf '%s\\n' "$(($# + 1))" >&3
for word in "$@" "$input"; do printf '%s\\n%s' "\${#word}" "$word" >&3; done
read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
`;

async function startStandIn(folder: string): Promise<{ port: number; close(): void }> {
  const server = createServer((socket: Socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      received = Buffer.concat([received, piece]);
      const words = wordsIn(received);
      if (words === undefined) return;
      const input = words.pop() ?? '';
      aws(words, folder, input).then(
        (out) => socket.end(`0\n${out}`),
        (error: unknown) => socket.end(`254\n${error instanceof Error ? `${error.name}: ${error.message}` : error}\n`),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, close: () => server.close() };
}

/** The arguments, when all have arrived. */
function wordsIn(received: Buffer): string[] | undefined {
  let at = 0;
  const line = () => {
    const end = received.indexOf('\n', at);
    if (end < 0) return undefined;
    const text = received.subarray(at, end).toString();
    at = end + 1;
    return Number(text);
  };
  const count = line();
  if (count === undefined) return undefined;
  const words: string[] = [];
  while (words.length < count) {
    const length = line();
    if (length === undefined || received.length < at + length) return undefined;
    words.push(received.subarray(at, at + length).toString());
    at += length;
  }
  return words;
}
