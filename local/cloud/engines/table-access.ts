import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { dynamodbCalls } from '../access/call.ts';
import { denials } from '../access/denials.ts';
import { accessPath, EngineAccess } from '../access/engine-access.ts';

/** Makes a server of DynamoDB refuse the requests that the policies do not permit. */
export function enforceAccess(server: Server): void {
  const access = new EngineAccess();
  const [serve] = server.listeners('request') as ((request: unknown, response: ServerResponse) => void)[];
  if (serve === undefined) throw new Error('the server has no request listener');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    decide(request, response).catch((error: NodeJS.ErrnoException) => {
      // The client is gone: a function was killed in the middle of a request.
      if (error.code === 'ECONNRESET' || response.destroyed) return;
      console.error(error);
      response.writeHead(500).end(String(error));
    });
  });

  const decide = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const { method, url = '/', headers } = request;
    if (url === accessPath) {
      access.take(body.toString());
      response.end();
      return;
    }
    const action = String(headers['x-amz-target']).split('.').at(-1) ?? '';
    const caller = access.callerOf(headers, url);
    const permitted = access.permits(caller, (region) => dynamodbCalls(action, JSON.parse(body.toString()), region));
    if (permitted !== true && !(await permitted)) {
      const denial = denials.dynamodb(caller.arn, `dynamodb:${action}`);
      response.writeHead(denial.status, denial.headers).end(denial.body);
      return;
    }
    // The body is read. So the engine gets it as a request of its own.
    const again = Object.assign(new EventEmitter(), { method, url, headers });
    serve(again, response);
    again.emit('data', body);
    again.emit('end');
  };
}
