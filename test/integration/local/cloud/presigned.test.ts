import { createHash, createHmac } from 'node:crypto';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { openBench } from './fixture.ts';

const sha256 = (text: string, form: 'hex' | 'base64') => createHash('sha256').update(text).digest(form);

/** A URL to which the file with these headers can be put for 15 minutes, signed as AWS's documentation has it. */
function presigned(origin: string, path: string, headers: Record<string, string>, secret: string): string {
  const all: Record<string, string> = { ...headers, host: new URL(origin).host };
  const names = Object.keys(all).sort();
  const scope = ['20310504', 'us-east-1', 's3', 'aws4_request'];
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=local%2F${scope.join('%2F')}`,
    'X-Amz-Date=20310504T120000Z',
    'X-Amz-Expires=900',
    `X-Amz-SignedHeaders=${names.join('%3B')}`,
  ].join('&');
  const lines = names.map((name) => `${name}:${all[name]}\n`).join('');
  const canonical = ['PUT', path, query, lines, names.join(';'), 'UNSIGNED-PAYLOAD'].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', '20310504T120000Z', scope.join('/'), sha256(canonical, 'hex')].join('\n');
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  return `${origin}${path}?${query}&X-Amz-Signature=${createHmac('sha256', key).update(toSign).digest('hex')}`;
}

test('a presigned URL takes the one file that it was signed for', async () => {
  // Given a URL for one file
  const bench = await openBench();
  new Bucket(bench.stack, 'Files', { bucketName: 'files' });
  const clock = new SimulatedClock(Date.parse('2031-05-04T12:00:00Z'));
  const cloud = await bench.start({ clock });
  const headers = { 'content-type': 'text/csv', 'x-amz-checksum-sha256': sha256('the file', 'base64') };
  const url = presigned(cloud.endpoints.s3, '/files/inbox/a.csv', headers, 'local');
  const put = async (to: string, body: string, sent: Record<string, string> = headers) => {
    const response = await fetch(to, { method: 'PUT', body, headers: sent });
    return [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]];
  };

  // Then it takes no other file, at no other place, with no other headers, and from no other key
  expect(await put(url, 'other file')).toEqual([400, 'BadDigest']);
  const otherSum = { ...headers, 'x-amz-checksum-sha256': sha256('other file', 'base64') };
  expect(await put(url, 'other file', otherSum)).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await put(url.replace('a.csv', 'b.csv'), 'the file')).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await put(url, 'the file', { 'content-type': 'text/csv' })).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await put(url, 'the file', { ...headers, 'x-amz-meta-a': 'b' })).toEqual([403, 'AccessDenied']);
  expect(await put(url.replace('=900', '=90000'), 'the file')).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await put(url.replace('local%2F', 'nobody%2F'), 'the file')).toEqual([403, 'InvalidAccessKeyId']);
  expect(await put(url.replace('%2Fs3%2F', '%2Fsqs%2F'), 'the file')).toEqual([
    400,
    'AuthorizationQueryParametersError',
  ]);
  const forged = presigned(cloud.endpoints.s3, '/files/inbox/a.csv', headers, 'guessed');
  expect(await put(forged, 'the file')).toEqual([403, 'SignatureDoesNotMatch']);
  // And it takes its own, until its time is over
  expect(await put(url, 'the file')).toEqual([200, undefined]);
  await clock.advance(15 * 60_000 + 60_000);
  expect(await put(url, 'the file')).toEqual([403, 'AccessDenied']);
});
