import { describe, expect, test } from 'vitest';
import type { Answers } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('what an earlier attempt left behind', () => {
  const deleted: Answers = {
    ListStacks: {
      xml: '<StackSummaries><member><StackName>OneLink-production-State</StackName><StackId>arn:aws:cloudformation:eu-central-1:111122223333:stack/OneLink-production-State/1</StackId><StackStatus>DELETE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime></member><member><StackName>Other</StackName><StackId>other</StackId><StackStatus>DELETE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime></member></StackSummaries>',
    },
    ListStackResources: ({ StackName }) =>
      StackName === 'other'
        ? { error: [500, 'NotAsked', ''] }
        : {
            xml: `<StackResourceSummaries>${[
              ['Ledger', 'AWS::DynamoDB::Table', 'DELETE_SKIPPED', 'OneLink-production-State-Ledger-1'],
              ['ApiToken', 'AWS::SecretsManager::Secret', 'DELETE_SKIPPED', 'ApiToken-1'],
              ['Archive', 'AWS::S3::Bucket', 'DELETE_COMPLETE', 'archive-1'],
            ]
              .map(
                ([id, type, status, physical]) =>
                  `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus><PhysicalResourceId>${physical}</PhysicalResourceId><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`,
              )
              .join('')}</StackResourceSummaries>`,
          },
  };

  test('is named if it still exists, with the commands that keep or delete it', async () => {
    const checks = await found({
      ...deleted,
      DescribeTable: { json: { Table: { DeletionProtectionEnabled: true, ItemCount: 1_200 } } },
    });
    expect(briefly(checks, 'leftovers')).toEqual([
      [
        'warning',
        'AWS::DynamoDB::Table Ledger of an earlier OneLink-production-State: OneLink-production-State-Ledger-1, which holds 1,200 records (DynamoDB counts them every six hours)',
        'If that pipeline made links, keep it, and import it: docs/deploying.md, “Repeat a first deployment”. Otherwise delete it: aws dynamodb update-table --no-deletion-protection-enabled --table-name OneLink-production-State-Ledger-1 --region eu-central-1 && aws dynamodb delete-table --table-name OneLink-production-State-Ledger-1 --region eu-central-1',
      ],
    ]);
  });

  test('is not named if somebody has deleted it', async () => {
    const DescribeTable: Answers[string] = {
      error: [400, 'ResourceNotFoundException', 'Requested resource not found'],
    };
    expect(briefly(await found({ ...deleted, DescribeTable }), 'leftovers')[0]?.[0]).toBe('ok');
  });
});
