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

test('an error that nobody knows has none', () => {
  expect(serviceErrorWords(error('InternalError', 'x', 500), false)).toBeUndefined();
});
