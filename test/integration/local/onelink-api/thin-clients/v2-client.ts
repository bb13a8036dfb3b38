import type { Data, LinkOptions, Result, ThinClient, ThinClientOptions } from './thin-client.ts';

interface Shown {
  payload: Data;
  expiry: string;
  ttl: number;
}

/** OneLink API v2.0: the link's ID in the path, objects as answers. It needs no encoding but of `<` and `>`. */
export function v2Client({
  baseUrl,
  token,
  onelinkId,
}: ThinClientOptions): ThinClient & Required<Pick<ThinClient, 'qr'>> {
  const call = async <Value>(method: string, path: string, body?: unknown): Promise<Result<Value>> => {
    const response = await fetch(`${baseUrl}/shortlinks/${onelinkId}${path}`, {
      method,
      headers: { authorization: token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { status } = response;
    const answer = (await response.json()) as { error_type: string; message: string };
    if (!response.ok) return { status, error: `${answer.error_type}: ${answer.message}` };
    return { status, value: answer as Value };
  };
  const encode = (text: string) => text.replaceAll('<', '%3C').replaceAll('>', '%3E');
  const encoded = (data: Data) =>
    Object.fromEntries(Object.entries(data).map(([name, value]) => [encode(name), encode(value)]));
  const write = async (method: string, path: string, data: Data, options: LinkOptions & { shortlink_id?: string }) =>
    field(await call<{ shortlink_url: string }>(method, path, { data: encoded(data), ...options }), 'shortlink_url');
  return {
    create: (id, data, options = {}) =>
      write('POST', '', data, id === undefined ? options : { shortlink_id: id, ...options }),
    update: (id, data, options = {}) => write('PUT', `/${id}`, data, options),
    remove: (id) => call<string>('DELETE', `/${id}`),
    qr: async (id, query = {}) =>
      field(await call<{ qr: string }>('GET', `/${id}/qr?${new URLSearchParams(query)}`), 'qr'),
    async read(id) {
      const result = await call<Shown>('GET', `/${id}`);
      if ('error' in result) return result;
      const { payload, expiry, ttl } = result.value;
      return { status: result.status, value: { data: payload, expiry, ttl } };
    },
  };
}

function field<Name extends string>(result: Result<Record<Name, string>>, name: Name): Result<string> {
  return 'error' in result ? result : { status: result.status, value: result.value[name] };
}
