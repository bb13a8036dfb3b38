import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Loopback, onLoopback } from '../../cloud/loopback.ts';
import { lost, type Treatment, type WireAnswer, type WireRequest } from './exchange.ts';

/** Headers of one connection: a proxy does not forward them. */
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/**
 * Starts a proxy on a free loopback port. It treats each request before it sends it to the service.
 * @param service `http://127.0.0.1:{port}`
 */
export async function startFront(service: string, treat: Treatment): Promise<Loopback> {
  const agent = new Agent({ keepAlive: true });
  const to = new URL(service);
  const server = createServer((incoming, outgoing) => {
    carry(incoming, outgoing).catch(() => incoming.socket.resetAndDestroy());
  });
  const carry = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const asked: WireRequest = { method, path, headers, body: await buffer(incoming) };
    const answer = await treat(asked, (changed = asked) => forward(to, changed, agent));
    if (answer === lost) {
      incoming.socket.resetAndDestroy();
      return;
    }
    outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
    outgoing.end(method === 'HEAD' ? undefined : answer.body);
  };
  // An idle connection stays open: `api-purged-sockets` is the kind that closes those.
  server.keepAliveTimeout = 0;
  return onLoopback(server, () => {
    server.closeAllConnections();
    agent.destroy();
  });
}

function forward(to: URL, { method, path, headers, body }: WireRequest, agent: Agent): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, expect: __, ...sent } = headers;
    if (body.length > 0) sent['content-length'] = String(body.length);
    const call = request({ host: to.hostname, port: to.port, method, path, headers: sent, agent }, (response) => {
      buffer(response).then((answered) => {
        const kept = Object.entries(response.headers).filter(([name]) => !hopByHop.includes(name));
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(kept), body: answered });
      }, reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
