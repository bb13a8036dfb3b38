import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { followLink } from './actions/click.ts';
import { serveAdmin } from './admin.ts';
import { type ApiRequest, serveApi } from './api.ts';
import { bodyOf } from './body.ts';
import type { TimeSources } from './clock.ts';
import { Control } from './control.ts';
import { checked } from './control-error.ts';
import { Emulator } from './emulator.ts';
import { httpLine, send } from './http-line.ts';
import { createListener } from './listener.ts';
import { versionOf } from './operations.ts';
import { type SettingsInput, settingsSchema } from './settings.ts';

export interface OneLinkApiOptions {
  /** The port to listen on. Default 0: any free port. */
  port?: number;
  /** The address to listen on. Default 127.0.0.1. */
  host?: string;
  /** The account and the reading of the contract. A setting left out has its default in `settingsSchema`. */
  settings?: SettingsInput;
  /** Clocks that a test injects. */
  time?: TimeSources;
}

/**
 * Starts an emulator of OneLink API v2.0 and v1.0 in this process.
 * @throws ControlError for settings that break a rule; the listen error (`EADDRINUSE`) if the port is in use
 */
export async function startOneLinkApi(options: OneLinkApiOptions = {}) {
  const emulator = new Emulator(checked(settingsSchema, options.settings ?? {}), options.time);
  const control = new Control(emulator);
  const closing = new AbortController();

  const server = createListener(
    (req, res) => serve(emulator, control, req, res, closing.signal),
    () => closing.signal.aborted,
  );

  const host = options.host ?? '127.0.0.1';
  await once(server.listen({ port: options.port ?? 0, host, backlog: 1024 }), 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    /** `http://127.0.0.1:4570`: the origin of clicks and of the admin endpoints under `/__emulator/`. */
    origin,
    /** `http://127.0.0.1:4570/api/v2.0`: replaces the real API's base URL. */
    baseUrl: `${origin}/api/v2.0`,
    /** `http://127.0.0.1:4570/shortlink/v1`: the same for version 1.0. */
    v1BaseUrl: `${origin}/shortlink/v1`,
    port,
    control,
    /** Stops listening and drops every connection, hung ones too. */
    async close(): Promise<void> {
      closing.abort();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A running emulator. */
export type OneLinkApi = Awaited<ReturnType<typeof startOneLinkApi>>;

async function serve(
  emulator: Emulator,
  control: Control,
  req: IncomingMessage,
  res: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  // A target may be an absolute URL (RFC 9112, 3.2.2). Its host overrides the header.
  const [, authority, rest = ''] = /^(?:https?:\/\/([^/?#]*))?(.*)$/is.exec(req.url ?? '/') ?? [];
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  if (versionOf(path) !== undefined) {
    const request: ApiRequest = {
      method: req.method ?? '',
      path,
      query: mark === -1 ? '' : target.slice(mark + 1),
      // A second `authorization` header makes the token ambiguous, so the call counts as having none.
      authorization: req.headersDistinct.authorization?.join(', '),
      contentType: req.headers['content-type'],
      body: (maxBytes) => bodyOf(req, maxBytes),
      discardBody: () => void req.resume(),
    };
    return serveApi(emulator, request, httpLine(res, signal));
  }
  if (path.startsWith('/__emulator/')) return serveAdmin(control, req, res, path.slice('/__emulator/'.length));
  req.resume();
  if (req.method !== 'GET') {
    send(res, { status: 405, contentType: 'text/plain', body: 'A short link is followed with GET\n', allow: 'GET' });
    return;
  }
  const host = (authority ?? req.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  send(res, followLink(emulator, host, path));
}
