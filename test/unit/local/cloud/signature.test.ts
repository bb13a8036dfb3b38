import { expect, test } from 'vitest';
import { type SignatureTerms, signerOf } from '../../../../local/cloud/access/signature.ts';
import type { ServiceRequest } from '../../../../local/cloud/services/wire.ts';

// The example of AWS's documentation of Signature Version 4, with its keys and its signature.
const terms: SignatureTerms = {
  service: 'iam',
  region: 'us-east-1',
  secretOf: (key) => (key === 'AKIDEXAMPLE' ? 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' : undefined),
  nowMilliseconds: Date.parse('2015-08-30T12:36:00Z'),
};
const authorization =
  'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
  'SignedHeaders=content-type;host;x-amz-date, ' +
  'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
const example: ServiceRequest = {
  method: 'GET',
  path: '/',
  query: new URLSearchParams('Version=2010-05-08&Action=ListUsers'),
  headers: {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: 'iam.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization,
  },
  body: '',
};
const withHeaders = (headers: ServiceRequest['headers']) => ({
  ...example,
  headers: { ...example.headers, ...headers },
});

test("the signature of AWS's own example is its signer's", () => {
  expect(signerOf(example, terms)).toBe('AKIDEXAMPLE');
});

test.each<[change: string, request: ServiceRequest]>([
  ['another body', { ...example, body: 'Action=ListUsers' }],
  ['another method', { ...example, method: 'POST' }],
  ['another path', { ...example, path: '/users' }],
  ['another parameter', { ...example, query: new URLSearchParams('Action=ListRoles&Version=2010-05-08') }],
  ['another signed header', withHeaders({ host: 'sts.amazonaws.com' })],
  ['a header of AWS that is not signed', withHeaders({ 'x-amz-target': 'x' })],
  ['a signed header that is missing', withHeaders({ 'content-type': undefined })],
  ['another time than the signed one', withHeaders({ 'x-amz-date': '20150830T123601Z' })],
  ['another day than the scope has', withHeaders({ 'x-amz-date': '20150831T123600Z' })],
  ['a signature with one other digit', withHeaders({ authorization: authorization.replace(/7$/, '8') })],
  [
    'an authorization that does not sign the host',
    withHeaders({ authorization: authorization.replace('content-type;host;', 'content-type;') }),
  ],
  ['the scope of another service', withHeaders({ authorization: authorization.replace('/iam/', '/sts/') })],
  ['the scope of another region', withHeaders({ authorization: authorization.replace('us-east-1', 'eu-west-1') })],
])('%s is refused as a signature that does not match', (_, request) => {
  expect(() => signerOf(request, terms)).toThrow(
    expect.objectContaining({ status: 403, code: 'SignatureDoesNotMatch' }),
  );
});

test.each<[what: string, request: ServiceRequest, status: number, code: string]>([
  ['no authorization', withHeaders({ authorization: undefined }), 403, 'MissingAuthenticationToken'],
  [
    'an unknown key',
    withHeaders({ authorization: authorization.replace('AKID', 'AKIA') }),
    403,
    'InvalidClientTokenId',
  ],
  ['a token of a session', withHeaders({ 'x-amz-security-token': 'token' }), 403, 'InvalidClientTokenId'],
  ['no date', withHeaders({ 'x-amz-date': undefined }), 400, 'IncompleteSignature'],
  ['a date that is none', withHeaders({ 'x-amz-date': '20150830T999999Z' }), 400, 'IncompleteSignature'],
  ['another scheme', withHeaders({ authorization: 'Bearer AKIDEXAMPLE' }), 400, 'IncompleteSignature'],
  ['two signatures', withHeaders({ authorization: `${authorization}, ${authorization}` }), 400, 'IncompleteSignature'],
])('%s is refused', (_, request, status, code) => {
  expect(() => signerOf(request, terms)).toThrow(expect.objectContaining({ status, code }));
});

test.each([
  ['15 minutes later', '2015-08-30T12:51:00Z', undefined],
  [
    'a second more than 15 minutes later',
    '2015-08-30T12:51:01Z',
    'Signature expired: 20150830T123600Z is now earlier than',
  ],
  ['15 minutes earlier', '2015-08-30T12:21:00Z', undefined],
  ['a second more than 15 minutes earlier', '2015-08-30T12:20:59Z', 'Signature not yet current: 20150830T123600Z'],
])('the signature at %s', (_, now, refusal) => {
  const judged = () => signerOf(example, { ...terms, nowMilliseconds: Date.parse(now) });
  if (refusal === undefined) expect(judged()).toBe('AKIDEXAMPLE');
  else expect(judged).toThrow(refusal);
});
