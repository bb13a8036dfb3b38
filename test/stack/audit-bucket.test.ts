import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { StateStack } from '../../lib/stacks/state-stack.ts';
import { Authorizer } from '../../local/cloud/access/authorizer.ts';
import { anonymous, everything, operator, serviceOf, sessionOf, userOf } from '../../local/cloud/access/caller.ts';
import { resourcePolicies } from '../../local/cloud/access/policies.ts';
import { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { NoticeBoard } from '../../local/cloud/notices.ts';
import { stackOf } from './alarm-world.ts';
import { configuredApp, emptyApp } from './configured-app.ts';
import { settings } from './shipped-pipeline.ts';

const app = configuredApp();

/** The audit bucket's properties, with these settings. */
function bucketWith(audit: { retentionDays: number; lockDays?: number }) {
  const stack = new StateStack(emptyApp(), 'Other', { settings: { ...settings(), audit }, removalPolicy: 'retain' });
  return Template.fromStack(stack).findResources('AWS::S3::Bucket').AuditRecords?.Properties;
}

describe('the policy of the audit bucket', () => {
  const place = { region: 'eu-west-1', accountId: localAccountId, queueEndpoint: 'http://127.0.0.1:1' };
  const stacks = [stackOf(app.state, app.stateTemplate), stackOf(app.main, app.template)];
  const deployment = new Deployment(stacks, place, new NoticeBoard(() => {}));
  const authorizer = new Authorizer({}, resourcePolicies(deployment));
  const bucket = deployment.find('AWS::S3::Bucket', 'AuditRecords')?.name ?? expect.fail('no audit bucket');
  const resource = `arn:aws:s3:::${bucket}/audit/2026/11/28/0b6f/000001-begun.json`;

  /** With every permission that IAM can give, in the bucket's account and outside it. */
  const callers = {
    'the operator': operator,
    'an administrator': sessionOf(`arn:aws:iam::${localAccountId}:role/Administrator`, 's', [everything]),
    'the root user': userOf(`arn:aws:iam::${localAccountId}:root`, [everything]),
    'a role of another account': sessionOf('arn:aws:iam::444455556666:role/other', 's', [everything]),
    'a service': serviceOf('cloudtrail.amazonaws.com', 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/own'),
    nobody: anonymous,
  };
  const making = { 's3:ObjectCreationOperation': 'true' };
  const denied = [
    ['s3:DeleteObject', {}],
    ['s3:DeleteObjectVersion', { 's3:VersionId': '3HL4kqtJlcpXroDTDmJ' }],
    ['s3:PutObject', making],
    ['s3:PutObject', { ...making, 's3:if-match': '"d41d8cd98f00b204e9800998ecf8427e"' }],
  ] as const;

  test.each(denied)('denies %s with %o to everybody', async (action, context) => {
    for (const [name, caller] of Object.entries(callers)) {
      expect([name, await authorizer.judge(caller, { action, resource, context })]).toEqual([name, 'denied']);
    }
  });

  test('leaves to IAM who writes where nothing is, and who reads', async () => {
    const asNew = { ...making, 's3:if-none-match': '*' };
    expect(await authorizer.judge(operator, { action: 's3:PutObject', resource, context: asNew })).toBe('allowed');
    expect(await authorizer.judge(operator, { action: 's3:GetObject', resource })).toBe('allowed');
    const stranger = sessionOf(`arn:aws:iam::${localAccountId}:role/stranger`, 's');
    for (const action of ['s3:PutObject', 's3:GetObject']) {
      expect(await authorizer.judge(stranger, { action, resource, context: asNew })).toBe('not-allowed');
    }
  });
});

describe('the audit bucket', () => {
  test('has versions, so that a deletion could only hide a record', () => {
    expect(bucketWith({ retentionDays: 400 })?.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  test('locks no record without `audit.lockDays`, which may come later', () => {
    const bucket = bucketWith({ retentionDays: 400 });
    expect(bucket?.ObjectLockEnabled).toBe(true);
    expect(bucket?.ObjectLockConfiguration?.Rule).toBeUndefined();
  });

  test('locks each record for `audit.lockDays`, in the mode that the docs name', () => {
    // Given
    const architecture = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
    const [, mode = ''] =
      /With `audit\.lockDays`, S3's object lock keeps records in (\w+) mode/.exec(architecture) ?? [];
    // When
    const bucket = bucketWith({ retentionDays: 400, lockDays: 365 });
    // Then
    expect(bucket?.ObjectLockEnabled).toBe(true);
    expect(bucket?.ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } },
    });
    expect(mode.toUpperCase()).toBe('COMPLIANCE');
  });

  test('is the only one whose objects can be locked', () => {
    const locking = Object.entries(app.stateTemplate.findResources('AWS::S3::Bucket')).filter(
      ([, { Properties }]) => Properties.ObjectLockEnabled,
    );
    expect(locking.map(([id]) => id)).toEqual(['AuditRecords']);
  });
});
