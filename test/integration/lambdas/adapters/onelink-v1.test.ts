import { test as base, describe, expect } from 'vitest';
import type { Meaning } from '../../../../lambdas/domain/onelink/failure-table.ts';
import type { FaultInput } from '../../../../local/onelink-api/faults.ts';
import { givenEmulator } from '../../local/onelink-api/given-emulator.ts';
import { givenClient } from './given-client.ts';

const it = base.extend('api', () => givenEmulator());

const spring = { onelinkId: 'A1b3', shortlinkId: 'spring' };
const nobody = { onelinkId: 'A1b3', shortlinkId: 'nobody' };
const data = { pid: 'sms', c: 'spring' };
/** Each character that version 1.0 wants encoded, percent-encoding of a caller's own, and letters beyond ASCII. */
const odd = {
  pid: 'sms',
  af_web_dp: 'https://shop.example/a%2Fb?x=1&y=~+#top',
  'n<a>me;': "*!@$^:`='’ 100% é😀 %zz",
};

const v1 = (api: { v1BaseUrl: string }, timeoutMilliseconds = 5_000) =>
  givenClient(api.v1BaseUrl, { dialect: 'v1.0', timeoutMilliseconds });

describe('version 1.0', () => {
  it('makes, reads, changes and deletes a link, and reports no expiry', async ({ api }) => {
    const { client, calls } = v1(api);
    expect(await client.create(spring, { data, ttl: '14d', renewTtl: false })).toEqual({
      meaning: 'ok',
      value: { shortUrl: 'https://acme.onelink.me/A1b3/spring' },
    });
    expect([...api.control.links()]).toMatchObject([{ ...spring, ttl: 1_209_600, renewTtl: false, api: 'v1.0' }]);
    expect(await client.read(spring)).toEqual({ meaning: 'ok', value: { data } });
    expect(await client.update(spring, { data: { pid: 'mail' } })).toMatchObject({ meaning: 'ok' });
    expect(await client.read(spring)).toEqual({ meaning: 'ok', value: { data: { pid: 'mail' } } });
    expect(await client.delete(spring)).toEqual({ meaning: 'ok', value: null });
    expect(await client.read(spring)).toMatchObject({ meaning: 'absent' });
    expect(calls).toEqual(['create ok', 'read ok', 'update ok', 'read ok', 'delete ok', 'read absent']);
  });

  it('keeps every character of names and values on the way there and back', async ({ api }) => {
    const { client } = v1(api);
    await client.create(spring, { data: odd });
    expect(await client.read(spring)).toEqual({ meaning: 'ok', value: { data: odd } });
  });

  it('reads parameters that the API sends as JSON in a string', async ({ api }) => {
    api.control.changeSettings({ v1ReadAnswer: 'string' });
    const { client } = v1(api);
    await client.create(spring, { data });
    expect(await client.read(spring)).toEqual({ meaning: 'ok', value: { data } });
  });

  it.each([
    [400, 'api-400-shortlink-id-taken'],
    [409, 'api-409-shortlink-id-taken'],
  ] as const)('reports an ID in use that is refused with %i', async (v1TakenId, rule) => {
    const api = await givenEmulator({ v1TakenId });
    const { client } = v1(api);
    await client.create(spring, { data });
    expect(await client.create(spring, { data })).toMatchObject({ meaning: 'exists', fault: { rule } });
  });

  it('has no QR codes, and spends no call to find out', async ({ api }) => {
    const { client, calls } = v1(api);
    expect(await client.qr(spring, { format: 'png' })).toMatchObject({
      meaning: 'permanent',
      fault: { path: 'qr', rule: 'api-without-qr' },
    });
    expect(calls).toEqual([]);
  });

  it('asks version 2.0 for the quota, which belongs to the account', async ({ api }) => {
    api.control.changeSettings({ quotaRemaining: 120 });
    expect(await v1(api).client.quota('acc-demo')).toEqual({ meaning: 'ok', value: 120 });
  });

  it('refuses data above the query string of 2,048 characters for good, at the data', async ({ api }) => {
    const long = { pid: 'sms', x: 'é'.repeat(340) };
    expect(await v1(api).client.create(spring, { data: long })).toMatchObject({
      meaning: 'permanent',
      fault: { path: 'data', rule: 'api-400-limit-exceeded' },
    });
  });

  it('refuses data without a media source, and changes of an unknown link', async ({ api }) => {
    const { client } = v1(api);
    expect(await client.create(spring, { data: { c: 'x' } })).toMatchObject({
      meaning: 'permanent',
      fault: { rule: 'api-400-invalid-parameter' },
    });
    expect(await client.update(nobody, { data })).toMatchObject({ meaning: 'absent' });
    expect(await client.delete(nobody)).toMatchObject({ meaning: 'absent' });
    expect(await client.create({ ...spring, onelinkId: 'Zz99' }, { data })).toMatchObject({ meaning: 'permanent' });
  });

  it('reports a refused token and a spent quota', async ({ api }) => {
    api.control.changeSettings({ token: 'another' });
    expect(await v1(api).client.create(spring, { data })).toMatchObject({ meaning: 'account-blocked' });
    api.control.changeSettings({ token: 'local-token', quotaRemaining: 0 });
    expect(await v1(api).client.create(spring, { data })).toMatchObject({ meaning: 'quota-spent' });
  });

  it.each<[fault: FaultInput, create: Meaning, made: number, read: Meaning]>([
    [{ kind: 'reset-before' }, 'ambiguous', 0, 'transient'],
    [{ kind: 'reset-after' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'hang', when: 'after' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'truncated' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'not-json', body: '{"unexpected":true}' }, 'ambiguous', 1, 'ok'],
    [{ kind: 'not-json' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'status', status: 400 }, 'taken-or-invalid', 0, 'permanent'],
    [{ kind: 'status', status: 500 }, 'ambiguous', 0, 'transient'],
    [{ kind: 'error-after', status: 504 }, 'ambiguous', 1, 'transient'],
    [{ kind: 'status', status: 403, body: 'Forbidden' }, 'account-blocked', 0, 'account-blocked'],
  ])('%j: a create is %s with %i made, a read is %s', async (fault, create, made, read) => {
    const api = await givenEmulator();
    const { client } = v1(api, 150);
    api.control.addFaults(fault);
    const created = await client.create(spring, { data });
    api.control.clearFaults();
    const { links } = api.control.stats();
    await client.create({ ...spring, shortlinkId: 'there' }, { data });
    api.control.addFaults(fault);
    // On a connection of its own: a GET on a reused one is repeated after a reset.
    const found = await v1(api, 150).client.read({ ...spring, shortlinkId: 'there' });
    expect([created.meaning, links.made, found.meaning]).toEqual([create, made, read]);
  });
});
