import { expect, test } from 'vitest';
import { variablesOf } from '../../../../cli/pipeline/local-run.ts';

const run = {
  variables: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  accessKeys: ['local-reader'],
};

test.each([
  ['no keys', {}, 'local', 'local'],
  ['keys of a real account', { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'real' }, 'local', 'local'],
  ['keys of the run', { AWS_ACCESS_KEY_ID: 'local-reader', AWS_SECRET_ACCESS_KEY: 'secret' }, 'local-reader', 'secret'],
  ['a key of the run without its secret', { AWS_ACCESS_KEY_ID: 'local-reader' }, 'local-reader', ''],
])('an environment with %s', (_, environment, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) => {
  expect(variablesOf(run, { ...environment, AWS_SESSION_TOKEN: 'real' })).toEqual({
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN: '',
  });
});
