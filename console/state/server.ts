import type { ApiProblem } from '../../cli/console/contract/problem.ts';

/** The server's refusal, or its silence. */
export class ServerProblem extends Error {
  readonly problem: ApiProblem;
  /** Null if the server did not answer. */
  readonly status: number | null;

  constructor(problem: ApiProblem, status: number | null) {
    super(problem.words);
    this.problem = problem;
    this.status = status;
  }
}

const silent: ApiProblem = {
  code: 'unavailable',
  words: 'The console’s server does not answer. It ends with the command that started it.',
  do: ['Start the console again, and open the address that it prints.'],
};

/** @throws ServerProblem with what the server answered, or that it did not answer */
async function answerOf(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...init, credentials: 'same-origin', redirect: 'error' }).catch((error) => {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new ServerProblem(silent, null);
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => undefined)) as ApiProblem | undefined;
  throw new ServerProblem(isProblem(problem) ? problem : unreadable(response.status), response.status);
}

const isProblem = (value: ApiProblem | undefined): value is ApiProblem =>
  typeof value?.words === 'string' && Array.isArray(value.do);

const unreadable = (status: number): ApiProblem => ({
  code: 'failed',
  words: `The console’s server answered with status ${status}.`,
  do: [],
});

/** @throws ServerProblem */
export async function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return (await answerOf(path, signal ? { signal } : {})).json();
}

/** Sends JSON. @throws ServerProblem */
export async function ask<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  return (await askRaw(path, body, signal)).json();
}

/** Sends JSON, and gets a file. @throws ServerProblem */
export async function askFile(path: string, body: unknown, signal?: AbortSignal): Promise<Blob> {
  return (await askRaw(path, body, signal)).blob();
}

const askRaw = (path: string, body: unknown, signal?: AbortSignal) =>
  answerOf(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

/** Sends a file as it is. @throws ServerProblem */
export async function upload<Answer>(path: string, file: Blob, headers: Record<string, string>): Promise<Answer> {
  const response = await answerOf(path, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body: file,
  });
  return response.json();
}

/** What a failure means for the operator. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ServerProblem) return error.problem;
  return { code: 'failed', words: 'The page failed to read the answer. Reload it.', do: [] };
}
