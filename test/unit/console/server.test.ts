import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, askFile, problemOf, read, ServerProblem, upload } from '../../../console/state/server.ts';

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function givenServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering = (status: number, body: string) => givenServer((_, response) => response.writeHead(status).end(body));
const problemIn = async (asked: Promise<unknown>) => problemOf(await asked.catch((error) => error));

describe('the page’s calls', () => {
  it('sends JSON, and reads the answer', async () => {
    const seen: unknown[] = [];
    const base = await givenServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push(request.method, request.headers['content-type'], Buffer.concat(chunks).toString());
      response.end('{"at":1}');
    });

    const answer = await ask(`${base}/api/links/find`, { by: 'link' });

    expect(answer).toEqual({ at: 1 });
    expect(seen).toEqual(['POST', 'application/json', '{"by":"link"}']);
  });

  it('sends a file as it is, with its name in a header', async () => {
    const seen: unknown[] = [];
    const base = await givenServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push(request.headers['content-type'], request.headers['x-file-name'], Buffer.concat(chunks).toString());
      response.end('{"file":"f1"}');
    });

    await upload(`${base}/api/campaigns/upload`, new Blob(['a,b\n']), { 'x-file-name': 'h%C3%A4user.csv' });

    expect(seen).toEqual(['application/octet-stream', 'h%C3%A4user.csv', 'a,b\n']);
  });

  it('throws the problem that the server answers, with its status', async () => {
    const base = await answering(
      403,
      '{"code":"read-only","words":"This console is read-only.","do":["Start another."]}',
    );

    const error: ServerProblem = await read<never>(`${base}/api/acts`).catch((one) => one);

    expect(error).toBeInstanceOf(ServerProblem);
    expect(error.status).toBe(403);
    expect(error.problem).toEqual({ code: 'read-only', words: 'This console is read-only.', do: ['Start another.'] });
  });

  it.each(['<html>', '', 'null', '{"words":5}'])('makes a problem of an answer that is none: %s', async (body) => {
    const base = await answering(500, body);

    expect(await problemIn(askFile(`${base}/api/links/code`, {}))).toEqual({
      code: 'failed',
      words: 'The console’s server answered with status 500.',
      do: [],
    });
  });

  it('explains what to do when the server is gone', async () => {
    const base = await answering(200, '{}');
    for (const server of servers.splice(0)) server.close();

    const problem = await problemIn(read(`${base}/api/session`));

    expect(problem.code).toBe('unavailable');
    expect(problem.do).toEqual(['Start the console again, and open the address that it prints.']);
  });

  it('makes no problem of a call that the page itself has ended', async () => {
    const base = await givenServer(() => {});
    const controller = new AbortController();

    const asked: Promise<Error> = read<never>(`${base}/api/session`, controller.signal).catch((error) => error);
    controller.abort();

    expect((await asked).name).toBe('AbortError');
  });
});
