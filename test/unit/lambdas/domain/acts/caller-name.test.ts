import { expect, test } from 'vitest';
import { callerName } from '../../../../../lambdas/domain/acts/record.ts';

test.each([
  // A caller chooses the name of its session.
  ['arn:aws:sts::111122223333:assumed-role/operator/anna', 'operator/anna'],
  [
    'arn:aws-us-gov:sts::111122223333:assumed-role/AWSReservedSSO_Support_1a/anna@acme.example',
    'AWSReservedSSO_Support_1a/anna@acme.example',
  ],
  ['arn:aws:iam::111122223333:user/teams/crm/anna', 'teams/crm/anna'],
  ['arn:aws:iam::111122223333:root', 'root'],
])('the caller %s is called %s', (arn, name) => {
  expect(callerName({ arn, userId: 'AROA:anna', account: '111122223333' })).toBe(name);
});
