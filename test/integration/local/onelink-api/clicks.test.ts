import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Given } from './given-emulator.ts';
import { givenEmulator } from './given-emulator.ts';

/** Requests a path with the host header of a short URL. `fetch` does not let a caller set the host. */
const follow = (api: Given, path: string, host = '127.0.0.1') =>
  new Promise<[status: number | undefined, location: string | undefined]>((resolve, reject) => {
    request(`${api.origin}${path}`, { headers: { host } }, (res) => {
      res.resume();
      resolve([res.statusCode, res.headers.location]);
    })
      .on('error', reject)
      .end();
  });

describe('a click', () => {
  it.each([
    [{ af_web_dp: 'https://shop.example/42', c: 'spring sale' }, 'https://shop.example/42?pid=sms&c=spring+sale'],
    [{ af_r: 'https://other.example/?a=1', af_web_dp: 'https://shop.example/' }, 'https://other.example/?a=1&pid=sms'],
    [{ af_dp: 'acme://offer', deep_link_value: 'offer' }, 'https://www.acme.example/?pid=sms&deep_link_value=offer'],
    [{ af_r: 'https://other.example/', af_param_forwarding: 'false' }, 'https://other.example/'],
  ])('Given parameters %j, Then it redirects to %s', async (parameters, location) => {
    const api = await givenEmulator();
    await api.create({ shortlink_id: 'abc', data: { pid: 'sms', ...parameters } });
    expect(await follow(api, '/A1b3/abc')).toEqual([302, location]);
    expect([...api.control.links()][0]).toMatchObject({ clicks: 1 });
  });

  it('Given a template with a base URL, Then an unknown link redirects to it', async () => {
    const api = await givenEmulator({
      templates: { A1b3: { subdomain: 'acme', baseUrl: 'https://acme.example/app' } },
    });
    expect(await follow(api, '/A1b3/unknown')).toEqual([302, 'https://acme.example/app']);
    expect(await follow(api, '/A1b3')).toEqual([302, 'https://acme.example/app']);
  });

  it('Given an unknown template, Then 404', async () => {
    const api = await givenEmulator();
    expect(await follow(api, '/zzzz/abc')).toEqual([404, undefined]);
    expect(await follow(api, '/__proto__/abc')).toEqual([404, undefined]);
  });

  it('Given the host of a template or brand, Then it serves its own links and no others', async () => {
    const api = await givenEmulator({
      templates: {
        A1b3: { subdomain: 'acme', brandDomains: ['go.acme.example', 'acme.example/go'] },
        abc123: { subdomain: 'globex' },
        Tps7: { subdomain: 'initech', domain: 'links.initech.example/r' },
      },
    });
    await api.create({ shortlink_id: 'abc', data: { pid: 'sms', af_r: 'https://shop.example/' } });
    const found = [302, 'https://shop.example/?pid=sms'];
    expect(await follow(api, '/A1b3/abc', 'acme.onelink.me')).toEqual(found);
    expect(await follow(api, '/A1b3/abc', 'ACME.onelink.me:4570')).toEqual(found);
    expect(await follow(api, '/A1b3/abc', 'go.acme.example')).toEqual(found);
    expect(await follow(api, '/go/A1b3/abc', 'acme.example')).toEqual(found);
    expect(await follow(api, '/A1b3/abc', 'acme.example')).toEqual([404, undefined]);
    expect(await follow(api, '/A1b3/abc', 'globex.onelink.me')).toEqual([404, undefined]);
    const own = await api.call('POST', '/shortlinks/Tps7', { data: { pid: 'sms' }, shortlink_id: 'abc' });
    expect(own.json).toEqual({ shortlink_url: 'https://links.initech.example/r/Tps7/abc' });
    const [status] = await follow(api, '/r/Tps7/abc', 'links.initech.example');
    expect(status).toBe(302);
  });

  it('Given another method than GET, Then 405', async () => {
    const api = await givenEmulator();
    expect(await api.call('POST', '/A1b3/abc', {})).toMatchObject({ status: 405 });
  });
});
