import { describe, expect, test } from 'vitest';
import { inZone } from '../../../../stack/strict-stage.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('a key', () => {
  const arn = 'arn:aws:kms:eu-central-1:111122223333:key/12345678-90ab-cdef-1234-567890abcdef';
  const check = async (metadata: object) => {
    const DescribeKey = { json: { KeyMetadata: { KeyId: arn, ...metadata } } };
    return briefly(await found({ DescribeKey }, inZone({ key: arn })), 'key in eu-central-1')[0];
  };
  const symmetric = { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' };

  test('that is enabled and symmetric is in order', async () => {
    expect((await check({ ...symmetric, KeyState: 'Enabled' }))?.[0]).toBe('ok');
  });

  test.each([
    [{ ...symmetric, KeyState: 'Disabled' }, `Enable it: aws kms enable-key --key-id ${arn} --region eu-central-1`],
    [{ ...symmetric, KeyState: 'PendingDeletion' }, `Cancel its deletion: aws kms cancel-key-deletion --key-id ${arn}`],
    [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', KeyState: 'Enabled' }, 'Name another key in landingZone.key'],
  ])('%j fails', async (metadata, fix) => {
    const [result, , remedy] = (await check(metadata)) ?? [];
    expect(result).toBe('failed');
    expect(remedy).toContain(fix);
  });

  test('that does not exist fails', async () => {
    const checks = await found({}, inZone({ key: arn }));
    expect(briefly(checks, 'key in eu-central-1')[0]?.slice(0, 2)).toEqual(['failed', `${arn} does not exist`]);
  });
});
