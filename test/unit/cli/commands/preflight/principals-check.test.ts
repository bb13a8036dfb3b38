import { describe, expect, test } from 'vitest';
import { missing } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('producers', () => {
  test('whose role does not exist fail, since AWS refuses policies that name it', async () => {
    const checks = await found({ GetRole: missing.role('crm') });
    expect(briefly(checks, 'producer crm')).toEqual([
      [
        'failed',
        'arn:aws:iam::111122223333:role/crm does not exist, and AWS refuses policies that name it',
        'Make the role first, or correct its ARN. To see what there is: aws iam list-roles',
      ],
    ]);
  });

  test.each([
    ['role/apps/crm', 'AROAEXAMPLEOFCRMROLE1', 'there is arn:aws:iam::111122223333:role/apps/crm'],
    ['role/crm', 'AROAANOTHER', 'has the unique ID AROAANOTHER'],
  ])('whose role is %s with the ID %s show the difference', async (role, id, words) => {
    const GetRole = { xml: `<Role><RoleId>${id}</RoleId><Arn>arn:aws:iam::111122223333:${role}</Arn></Role>` };
    const [first] = briefly(await found({ GetRole }), 'producer crm');
    expect(first?.[0]).toBe('failed');
    expect(first?.[1]).toContain(words);
  });

  test('of another AWS account are named as not checked', async () => {
    expect(briefly(await found(), 'producers')[0]?.slice(0, 2)).toEqual([
      'not-known',
      'not checked, because they are not roles and users of 111122223333: studio: arn:aws:iam::444455556666:role/studio',
    ]);
  });
});
