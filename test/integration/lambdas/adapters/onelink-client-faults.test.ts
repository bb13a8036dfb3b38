import { createServer } from 'node:net';
import { test as base, describe, expect, vi } from 'vitest';
import type { Meaning } from '../../../../lambdas/domain/onelink/failure-table.ts';
import type { FaultInput } from '../../../../local/onelink-api/faults.ts';
import { givenEmulator } from '../../local/onelink-api/given-emulator.ts';
import { givenClient } from './given-client.ts';

const it = base.extend('api', () => givenEmulator());

const spring = { onelinkId: 'A1b3', shortlinkId: 'spring' };
const data = { pid: 'sms' };

/** The time limit of a call in these tests. */
const timeoutMilliseconds = 150;
const tooLong = 10_000;

type Row = [fault: FaultInput, create: Meaning, made: number, read: Meaning];

describe('a call with a fault', () => {
  it.each<Row>([
    [{ kind: 'reset-before' }, 'ambiguous', 0, 'transient'],
    [{ kind: 'reset-after' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'hang', when: 'before' }, 'ambiguous', 0, 'transient'],
    [{ kind: 'hang', when: 'after' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'latency', milliseconds: tooLong, when: 'after' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'latency', milliseconds: 1 }, 'ok', 1, 'ok'],
    [{ kind: 'slow-body', milliseconds: tooLong }, 'ambiguous', 1, 'transient'],
    [{ kind: 'slow-body', milliseconds: 20 }, 'ok', 1, 'ok'],
    [{ kind: 'truncated' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'not-json' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'not-json', body: '{"unexpected":true}' }, 'ambiguous', 1, 'transient'],
    [{ kind: 'wrong-content-type' }, 'ok', 1, 'ok'],
    [{ kind: 'status', status: 400 }, 'ambiguous', 0, 'transient'],
    [{ kind: 'status', status: 500 }, 'ambiguous', 0, 'transient'],
    [{ kind: 'status', status: 502, body: '<html></html>', contentType: 'text/html' }, 'ambiguous', 0, 'transient'],
    [{ kind: 'status', status: 503 }, 'ambiguous', 0, 'transient'],
    [{ kind: 'status', status: 302, body: '' }, 'ambiguous', 0, 'transient'],
    [{ kind: 'error-after', status: 504 }, 'ambiguous', 1, 'transient'],
    [{ kind: 'status', status: 403, body: 'Forbidden' }, 'account-blocked', 0, 'account-blocked'],
  ])('%j: a create is %s with %i made, a read is %s', async (fault, create, made, read) => {
    // Given
    const api = await givenEmulator();
    const { client, turns, calls } = givenClient(api.baseUrl, { timeoutMilliseconds });
    // When
    api.control.addFaults(fault);
    const created = await client.create(spring, { data });
    api.control.clearFaults();
    const { links } = api.control.stats();
    api.control.preload([{ ...spring, shortlinkId: 'there', data }]);
    api.control.addFaults(fault);
    const found = await client.read({ ...spring, shortlinkId: 'there' });
    // Then
    expect([created.meaning, links.made, found.meaning]).toEqual([create, made, read]);
    expect(calls).toHaveLength(2);
    expect(turns.sent).toHaveLength(2);
  });

  it.each<[FaultInput, Meaning]>([
    [{ kind: 'reset-after' }, 'ambiguous'],
    [{ kind: 'truncated' }, 'ambiguous'],
    [{ kind: 'not-json' }, 'ambiguous'],
    [{ kind: 'status', status: 400 }, 'ambiguous'],
  ])('%j: an update and a delete are ambiguous', async (fault, meaning) => {
    const api = await givenEmulator();
    api.control.preload([{ ...spring, data }]);
    const { client } = givenClient(api.baseUrl, { timeoutMilliseconds });
    api.control.addFaults({ ...fault, operation: 'update' });
    expect(await client.update(spring, { data: { pid: 'mail' } })).toMatchObject({ meaning });
    api.control.addFaults({ ...fault, operation: 'delete' });
    expect(await client.delete(spring)).toMatchObject({ meaning });
  });

  it.each<FaultInput>([
    { kind: 'reset-before' },
    { kind: 'not-json' },
    { kind: 'not-json', body: '{"qr":"data:image/png;base64,AAAA","remaining_api_calls":"many"}' },
    { kind: 'truncated' },
    { kind: 'status', status: 400 },
  ])('%j: a QR code and the quota are transient', async (fault) => {
    const api = await givenEmulator();
    api.control.preload([{ ...spring, data }]);
    const { client } = givenClient(api.baseUrl, { timeoutMilliseconds });
    api.control.addFaults({ ...fault, operation: 'qr' });
    expect(await client.qr(spring, { format: 'png' })).toMatchObject({ meaning: 'transient' });
    api.control.addFaults({ ...fault, operation: 'quota' });
    expect(await client.quota('acc-demo')).toMatchObject({ meaning: 'transient' });
  });

  it('frees its turn as soon as it is sent, before its answer', async ({ api }) => {
    const { client, turns } = givenClient(api.baseUrl, { timeoutMilliseconds: 1_000 });
    api.control.addFaults({ kind: 'hang' });
    let answered = false;
    const call = client.read(spring).then(() => {
      answered = true;
    });
    await vi.waitFor(() => expect(turns.sent).toEqual([1]));
    expect(answered).toBe(false);
    await api.close();
    await call;
  });
});

describe('an exceeded rate', () => {
  it('slows the client down, and each retry takes its own turn', async ({ api }) => {
    const { client, turns, calls } = givenClient(api.baseUrl);
    api.control.addFaults({ kind: 'status', status: 429, times: 2 });
    expect(await client.create(spring, { data })).toMatchObject({ meaning: 'ok' });
    expect(calls).toEqual(['create slow-down', 'create slow-down', 'create ok']);
    expect(turns.slowedDown).toBe(2);
    expect(turns.sent).toHaveLength(3);
  });

  it('ends the call without a retry if the invocation has no time left', async ({ api }) => {
    const { client, turns, calls } = givenClient(api.baseUrl);
    client.beginInvocation(() => false);
    api.control.addFaults({ kind: 'status', status: 429, times: 2 });
    expect(await client.create(spring, { data })).toEqual({
      meaning: 'slow-down',
      fault: { path: '', rule: 'api-429-rate-limit-exceeded', message: 'above the account’s rate' },
    });
    expect(calls).toEqual(['create slow-down']);
    expect(turns.slowedDown).toBe(1);
  });
});

describe('a refused token', () => {
  it('is replaced by a fresh one, and the call is repeated', async ({ api }) => {
    const { client, turns, calls } = givenClient(api.baseUrl, { token: 'rotated-away', fresh: 'local-token' });
    expect(await client.create(spring, { data })).toMatchObject({ meaning: 'ok' });
    expect(calls).toEqual(['create account-blocked', 'create ok']);
    expect(turns.sent).toHaveLength(2);
  });

  it('blocks the account without a retry if the fresh one is the same', async ({ api }) => {
    const { client, calls, freshTokens } = givenClient(api.baseUrl, { token: 'wrong' });
    expect(await client.create(spring, { data })).toEqual({
      meaning: 'account-blocked',
      fault: {
        path: '',
        rule: 'api-401-authentication-failure',
        message: 'the API refuses the token',
      },
    });
    expect(calls).toEqual(['create account-blocked']);
    expect(freshTokens()).toBe(1);
  });

  it('blocks the account if the fresh one is refused too', async ({ api }) => {
    const { client, calls } = givenClient(api.baseUrl, { token: 'wrong', fresh: 'also wrong' });
    expect(await client.read(spring)).toMatchObject({ meaning: 'account-blocked' });
    expect(calls).toEqual(['read account-blocked', 'read account-blocked']);
  });
});

describe('a request that was never sent', () => {
  const unanswered = { path: '', rule: 'api-unanswered', message: 'the API did not answer' };

  it('changed nothing if the connection was refused', async () => {
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    const { client, calls } = givenClient(`http://127.0.0.1:${closed}/api/v2.0`);
    expect(await client.create(spring, { data })).toEqual({ meaning: 'transient', fault: unanswered });
    expect(calls).toEqual(['create transient']);
  });

  it('changed nothing and blocks no other call if the token is invalid in a header', async ({ api }) => {
    const { client } = givenClient(api.baseUrl, { token: 'pasted\u200bwith a zero-width space' });
    expect(await client.create(spring, { data })).toEqual({ meaning: 'transient', fault: unanswered });
    expect(api.control.stats().arrivals.all).toBe(0);
  });
});
