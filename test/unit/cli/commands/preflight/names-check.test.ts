import { describe, expect, test } from 'vitest';
import type { LandingZone } from '../../../../../lib/config/config-schema.ts';
import { inZone } from '../../../../stack/strict-stage.ts';
import { missing } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('names that the stacks need', () => {
  const zone: LandingZone = { namePrefix: 'acme-', key: 'own' };

  test('fail if a secret, an alias or a dashboard has them', async () => {
    const checks = await found(
      {
        DescribeSecret: ({ SecretId }) =>
          SecretId === 'acme-OneLink-production-State-ApiToken'
            ? { json: { Name: SecretId, DeletedDate: 1_767_225_600 } }
            : missing.secret,
        DescribeKey: { json: { KeyMetadata: { KeyId: 'one' } } },
        ListDashboards: { json: { DashboardEntries: [{ DashboardName: 'acme-OneLink-production' }] } },
      },
      inZone(zone),
    );
    expect(briefly(checks, 'names').map(([result, words]) => [result, words])).toEqual([
      [
        'failed',
        'the secret acme-OneLink-production-State-ApiToken is deleted, and keeps its name until its recovery window ends',
      ],
      ['failed', 'the key alias alias/acme-OneLink-production-State exists, and the stack will make one of this name'],
      ['failed', 'the dashboard acme-OneLink-production exists, and the stack will make one of this name'],
    ]);
  });
});
