import type { Data, LinkOptions, Result, ThinClient, ThinClientOptions } from './thin-client.ts';

/** "The following characters must be encoded if used for API created links" (the guide); the per cent sign, to decode. */
const special = /[;*!@#?$^:&~`=+'’></%]/g;

function encode(text: string): string {
  const bytes = (character: string) => [...new TextEncoder().encode(character)];
  return text.replace(special, (found) =>
    bytes(found)
      .map((byte) => `%${byte.toString(16).toUpperCase()}`)
      .join(''),
  );
}

function encoded(data: Data): Data {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [encode(name), encode(value)]));
}

function decoded(shown: unknown): Data {
  // The reference types the answer of GET as a string with JSON, and its example is an object.
  const data = typeof shown === 'string' ? JSON.parse(shown) : shown;
  const entries = Object.entries(data as Data);
  return Object.fromEntries(entries.map(([name, value]) => [decodeURIComponent(name), decodeURIComponent(value)]));
}

/** OneLink API v1.0: one path, the link's ID in the query, bare JSON strings as answers. */
export function v1Client({ baseUrl, token, onelinkId }: ThinClientOptions): ThinClient {
  const call = async <Value>(method: string, id: string | undefined, body?: unknown): Promise<Result<Value>> => {
    const url = new URL(`${baseUrl}/${onelinkId}`);
    if (id !== undefined) url.searchParams.set('id', id);
    const response = await fetch(url, {
      method,
      headers: { authorization: token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const [{ status }, answer] = [response, await response.json()];
    return response.ok ? { status, value: answer as Value } : { status, error: String(answer) };
  };
  const write = (method: string, id: string | undefined, data: Data, options: LinkOptions = {}) =>
    call<string>(method, id, { data: encoded(data), ...options });
  return {
    create: (id, data, options) => write('POST', id, data, options),
    update: (id, data, options) => write('PUT', id, data, options),
    remove: (id) => call<string>('DELETE', id),
    async read(id) {
      const result = await call<unknown>('GET', id);
      return 'error' in result ? result : { status: result.status, value: { data: decoded(result.value) } };
    },
  };
}
