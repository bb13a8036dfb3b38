import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { producerKey } from '../../cli/pipeline/local-senders.ts';
import { problemTypes } from '../../lambdas/domain/http/problems.ts';
import { comparedWithRecord } from '../world/recorded-calls.ts';
import { messagesOf, runningPipeline } from '../world/running-pipeline.ts';

/** Personal data, as it occurs in real payloads. */
const planted = '+49 170 5550199';

const command = {
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'sms', utm_mobile: planted, deep_link_value: 'page-1' },
  ttl: '30d',
};

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
beforeAll(async () => {
  pipeline = await runningPipeline();
}, 240_000);
afterAll(() => pipeline?.stop());

const withKey = () => ({ authorization: `Bearer ${pipeline.httpKey?.key}` });
const signedBy = (source: string) => ({
  authorization:
    `AWS4-HMAC-SHA256 Credential=${producerKey(source)}/20261127/us-east-1/execute-api/aws4_request, ` +
    'SignedHeaders=host, Signature=00',
});
const call = (path: string, { headers = {}, ...init }: RequestInit = {}) =>
  fetch(`${pipeline.outputs.HttpApiUrl}${path}`, { ...init, headers: { ...withKey(), ...headers } });
const bodyOf = async (response: Response) => JSON.parse(await response.text());
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=25', ...headers },
    body: JSON.stringify(body),
  });

describe('the HTTP API of the template', () => {
  it('creates a link, and answers a repeated call with the same one', async () => {
    const first = await post('/v1/commands', command, { 'idempotency-key': 'over-http-1' });
    const created = await bodyOf(first);
    expect([first.status, created.status, created.outcome?.outcome]).toEqual([200, 'done', 'created']);
    const { onelinkId, shortlinkId } = created.link;

    const again = await post('/v1/commands', command, { 'idempotency-key': 'over-http-1' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await bodyOf(again)).link).toEqual(created.link);
    const read = await call(`/v1/links/${onelinkId}/${shortlinkId}`);
    expect([read.status, (await bodyOf(read)).data]).toEqual([200, command.data]);
    expect([...(await pipeline.ledger()).keys()]).toContain(`link#${onelinkId}/${shortlinkId}`);
  });

  it('answers a call with the request ID of a command that came by the queue', async () => {
    const earlier = { ...command, requestId: 'over-sqs-1', specVersion: '1.0', source: 'crm' };
    const requestedAt = '2026-03-01T10:00:00Z';
    await pipeline.sendAndAwait(messagesOf([{ ...earlier, requestedAt }]), 60);

    const answer = await post('/v1/commands', { ...command, requestedAt }, { 'idempotency-key': 'over-sqs-1' });

    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    // The call has withdrawn its claim.
    expect([...(await pipeline.ledger()).keys()].filter((pk) => pk.startsWith('http#'))).not.toContain(
      'http#crm/over-sqs-1',
    );
  });

  it('returns the bytes of a QR code to a client that takes any type', async () => {
    const path = '/v1/links/by-key/spring/row%2F1';
    const body = JSON.stringify({ onelinkId: 'A1b3', data: { pid: 'sms' }, qr: { size: 300 } });
    const headers = { 'content-type': 'application/json', prefer: 'wait=25' };
    const put = await call(path, { method: 'PUT', headers, body });
    const { link } = await bodyOf(put);
    expect(put.status).toBe(200);

    const code = await call(`/v1/links/${link.onelinkId}/${link.shortlinkId}/qr`, { headers: { accept: '*/*' } });
    expect([code.status, code.headers.get('content-type')]).toEqual([200, 'image/png']);
    const image = Buffer.from(await code.arrayBuffer());
    expect(image.subarray(0, 4)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47]));

    const head = await call(`/v1/links/${link.onelinkId}/${link.shortlinkId}/qr`, {
      method: 'HEAD',
      headers: { accept: '*/*' },
    });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(image.length)]);
  });

  it('admits a role that signs its calls, and no other', async () => {
    const own = await call('/iam/v1/requests/over-http-1', { headers: signedBy('crm') });
    expect([own.status, (await bodyOf(own)).requestId]).toEqual([200, 'over-http-1']);
    const other = await call('/iam/v1/requests/over-http-1', { headers: signedBy('studio') });
    expect([other.status, (await bodyOf(other)).type]).toEqual([403, expect.stringMatching(/#access-denied$/)]);
  });

  it('answers each refusal of API Gateway with a problem that its page explains', async () => {
    const page = await (await call('/problems', { headers: { authorization: '' } })).text();
    const wrongKey = `Bearer olp_aaaaaaaa_${'A'.repeat(43)}`;
    const refusals = {
      'no key': await call('/v1/commands', { headers: { authorization: '' } }),
      'unknown key': await call('/v1/commands', { headers: { authorization: wrongKey } }),
      'unknown path': await call('/nowhere'),
      'no signature': await call('/iam/v1/commands', { headers: { authorization: '' } }),
      'long body': await post('/v1/commands', 'x'.repeat(10 * 1024 * 1024)),
    };
    const found: Record<string, string> = {};
    for (const [name, response] of Object.entries(refusals)) {
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      const { type, status } = await bodyOf(response);
      expect(status).toBe(response.status);
      const problem = new URL(type).hash.slice(1);
      expect((await fetch(type)).status).toBe(200);
      expect(page).toContain(`<h2 id="${problem}">${status} `);
      found[name] = `${status} ${problem}`;
    }
    expect(found).toEqual({
      'no key': '401 unauthorized',
      'unknown key': '401 unauthorized',
      'unknown path': '404 unknown-path',
      'no signature': '404 unknown-path',
      'long body': '413 body-too-large',
    });
    for (const problem of Object.keys(problemTypes)) expect(page).toContain(`<h2 id="${problem}">`);
  });

  it('answers a part of a path that breaks its rule with a problem whose page can be read here', async () => {
    const malformed = await call('/v1/requests/a%20b');
    const { type } = await bodyOf(malformed);
    expect([malformed.status, new URL(type).hash]).toEqual([400, '#bad-request']);
    expect((await fetch(type)).status).toBe(200);
  });

  it('writes no parameter value, no link ID and no key to the logs', async () => {
    const logs = await pipeline.logs();
    expect(logs).toContain('over-http-1');
    const secrets = [planted, pipeline.httpKey?.key ?? '', pipeline.httpKey?.key.slice(13) ?? ''];
    for (const secret of secrets) expect(logs).not.toContain(secret);
  });

  it('makes the calls of the record, and the template permits each', async () => {
    const { made, refused } = await pipeline.calls();
    const byFunctions = refused.filter(({ action }) => action !== 'execute-api:Invoke');
    expect(byFunctions).toEqual([]);
    expect(comparedWithRecord('http', made).unrecorded).toEqual([]);
  });
});
