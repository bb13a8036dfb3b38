import { describe, expect, it } from 'vitest';
import { keyRequests } from '../../../../cli/cost/key-requests.ts';

const none = { sqs: 0, sns: 0, dynamoDb: 0, secretsManager: 0, lambda: 0 };
const key = 'arn:aws:kms:us-east-1:111122223333:key/12345678-90ab-cdef-1234-567890abcdef';

const allow = (Action: string | string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const role = (...Statement: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyDocument: { Statement } }] },
});
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = (more: object) => ({ Type: 'AWS::SQS::Queue', Properties: more });
const rolesThat = (count: number, name: string, action: string, id: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, role(allow(action, arnOf(id)))]));

describe('the requests to KMS in a month of 30 days', () => {
  it('are those of SQS’s second example: reuse for a day, 3 senders and a receiver, 5 senders and 2 receivers', () => {
    // Given
    const daily = { KmsMasterKeyId: key, KmsDataKeyReusePeriodSeconds: 86_400 };
    const Resources = {
      First: queue(daily),
      Second: queue(daily),
      ...rolesThat(3, 'SendsFirst', 'sqs:SendMessage', 'First'),
      ...rolesThat(1, 'ReceivesFirst', 'sqs:ReceiveMessage', 'First'),
      ...rolesThat(5, 'SendsSecond', 'sqs:SendMessage', 'Second'),
      ...rolesThat(2, 'ReceivesSecond', 'sqs:ReceiveMessage', 'Second'),
    };
    // When, Then: 30 × (2 × 3 + 1) + 30 × (2 × 5 + 2)
    expect(keyRequests([{ Resources }])).toEqual({ ...none, sqs: 570 });
  });

  it('are those of SNS’s second example: topics with 3 and with 5 publishers', () => {
    // Given
    const topic = { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: 'alias/aws/sns' } };
    const publish = (id: string) => role(allow('sns:Publish', { Ref: id }));
    const publishers = (count: number, id: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${id}${index}`, publish(id)]));
    const Resources = { First: topic, Second: topic, ...publishers(3, 'First'), ...publishers(5, 'Second') };
    // When, Then: 8,640 × 2 × 3 + 8,640 × 2 × 5
    expect(keyRequests([{ Resources }])).toEqual({ ...none, sns: 138_240 });
  });

  it('count each caller of a table once, by whatever it does, and also from another template', () => {
    // Given
    const state = {
      Resources: { Ledger: { Type: 'AWS::DynamoDB::Table', Properties: { SSESpecification: { SSEEnabled: true } } } },
      Outputs: {
        ExportTable: { Export: { Name: 'State:Ledger' }, Value: arnOf('Ledger') },
        ExportStream: { Export: { Name: 'State:Stream' }, Value: { 'Fn::GetAtt': ['Ledger', 'StreamArn'] } },
      },
    };
    const table = { 'Fn::ImportValue': 'State:Ledger' };
    const main = {
      Resources: {
        Worker: role(allow(['dynamodb:GetItem', 'dynamodb:PutItem'], table), allow('dynamodb:UpdateItem', [table])),
        Intake: role(allow('dynamodb:GetRecords', { 'Fn::ImportValue': 'State:Stream' })),
        Doctor: role(allow('dynamodb:DescribeTable', table)),
      },
    };
    // When, Then: 8,640 of the worker, and as many of the intake
    expect(keyRequests([main, state])).toEqual({ ...none, dynamoDb: 17_280 });
  });

  it('are one for each read of a secret, and one for the variables of a new environment', () => {
    // Given
    const Resources = {
      Token: { Type: 'AWS::SecretsManager::Secret', Properties: { KmsKeyId: key } },
      WorkerRole: role(allow('secretsmanager:GetSecretValue', { Ref: 'Token' })),
      Worker: {
        Type: 'AWS::Lambda::Function',
        Properties: { Role: arnOf('WorkerRole'), ReservedConcurrentExecutions: 13, KmsKeyArn: key },
      },
    };
    // When, Then: 13 × 720 at the starts, and one each minute
    expect(keyRequests([{ Resources }])).toEqual({ ...none, lambda: 9_360, secretsManager: 52_560 });
  });

  it('count senders in the policy of a queue, and no refusal', () => {
    // Given
    const statement = (more: object) => ({ Action: 'sqs:SendMessage', Resource: arnOf('Commands'), ...more });
    const Statement = [
      statement({ Effect: 'Allow', Principal: { AWS: ['arn:aws:iam::111122223333:role/crm', '444455556666'] } }),
      statement({ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } }),
      statement({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sqs:*' }),
    ];
    const Resources = {
      Commands: queue({ KmsMasterKeyId: key, KmsDataKeyReusePeriodSeconds: 3_600 }),
      Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument: { Statement } } },
    };
    // When, Then: 720 × 2 × 3
    expect(keyRequests([{ Resources }])).toEqual({ ...none, sqs: 4_320 });
  });

  it('count a policy that is attached to a role as the role’s', () => {
    // Given
    const attached = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Worker' }],
        PolicyDocument: { Statement: [allow('sqs:SendMessage', arnOf('Jobs'))] },
      },
    };
    const Resources = {
      Jobs: queue({ KmsMasterKeyId: key, KmsDataKeyReusePeriodSeconds: 3_600 }),
      Worker: role(allow('sqs:SendMessage', arnOf('Jobs'))),
      Attached: attached,
    };
    // When, Then: one sender
    expect(keyRequests([{ Resources }])).toEqual({ ...none, sqs: 1_440 });
  });

  it('are none without a key of KMS', () => {
    // Given
    const Resources = {
      Commands: queue({ SqsManagedSseEnabled: true }),
      Pages: { Type: 'AWS::SNS::Topic' },
      Token: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
      WorkerRole: role(
        allow('sqs:SendMessage', arnOf('Commands')),
        allow('sns:Publish', { Ref: 'Pages' }),
        allow('secretsmanager:GetSecretValue', { Ref: 'Token' }),
      ),
      Worker: {
        Type: 'AWS::Lambda::Function',
        Properties: { Role: arnOf('WorkerRole'), ReservedConcurrentExecutions: 13 },
      },
    };
    // When, Then
    expect(keyRequests([{ Resources }])).toEqual(none);
  });
});
