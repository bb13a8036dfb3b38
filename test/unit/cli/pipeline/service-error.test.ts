import { expect, test } from 'vitest';
import { serviceErrorWords } from '../../../../cli/pipeline/service-error.ts';

const error = (name: string, message: string, status: number) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

const ask = 'Ask an administrator for the policy that permits it: docs/permissions.md.';

test.each([
  // HEAD has no body, so S3's client knows the status only.
  [error('403', 'UnknownError', 403), `AWS denies access. ${ask}`],
  [error('Forbidden', 'no such right', 403), `AWS denies access: no such right. ${ask}`],
  [error('AccessDenied', 'User x is not authorized', 403), `AWS denies access: User x is not authorized. ${ask}`],
  // AWS answers 403 to expired credentials, too.
  [
    error('ExpiredTokenException', 'expired', 403),
    'The AWS credentials have expired. Sign in again with: aws sso login',
  ],
])('%s has words', (failure, words) => {
  expect(serviceErrorWords(failure, false)).toBe(words);
});

test.each<[string, number, RegExp]>([
  [
    'RequestTimeTooSkewed',
    17 * 60_000,
    /^The clock of this computer is 17 min( \d s)? ahead of AWS’s, .*w32tm \/resync/,
  ],
  ['InvalidSignatureException', -3_600_000, /^The clock of this computer is (1 h|59 min 59 s) behind AWS’s/],
])('%s with another date names how far the clock is off', (name, aheadMilliseconds, words) => {
  const date = new Date(Date.now() - aheadMilliseconds).toUTCString();
  const refused = Object.assign(error(name, 'Signature expired', 403), { $response: { headers: { date } } });
  expect(serviceErrorWords(refused, false)).toMatch(words);
});

test('a wrong signature at the right time is no matter of the clock', () => {
  const $response = { headers: { date: new Date().toUTCString() } };
  const refused = Object.assign(error('SignatureDoesNotMatch', 'x', 403), { $response });
  expect(serviceErrorWords(refused, false)).toMatch(/^AWS does not accept the credentials/);
});

test('an error that nobody knows has none', () => {
  expect(serviceErrorWords(error('InternalError', 'x', 500), false)).toBeUndefined();
});
