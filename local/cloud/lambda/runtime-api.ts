import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionEnvironment } from './execution-environment.ts';

const paths =
  /^\/environments\/([^/]+)\/2018-06-01\/runtime\/(init\/error|invocation\/(?:next|([^/]+)\/(response|error)))$/;

/** Whether a request is from an execution environment to its Runtime API. */
export function isRuntimeApi(url: string): boolean {
  return url.startsWith('/environments/');
}

/**
 * Lambda's Runtime API. The base address of each environment (`/environments/{id}`) identifies it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export function serveRuntimeApi(
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
  find: (environmentId: string) => ExecutionEnvironment | undefined,
): void {
  const [, environmentId = '', call = '', requestId = '', ending] = paths.exec(request.url ?? '') ?? [];
  const environment = find(environmentId);
  if (!environment || call === '') {
    response.writeHead(404).end();
    return;
  }
  if (call === 'invocation/next') {
    environment.next(response);
    return;
  }
  let known = true;
  if (call === 'init/error') environment.failInit(body);
  else if (ending === 'response') known = environment.answer(requestId, body);
  else known = environment.fail(requestId, body);
  response.writeHead(known ? 202 : 400).end();
}
