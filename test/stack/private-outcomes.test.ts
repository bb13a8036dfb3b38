import { describe, expect, test } from 'vitest';
import { producerWorld } from './producer-world.ts';

const { names, output, queueArn, whoMay, operatorMay } = producerWorld();

const readersOf: Record<string, string[]> = {
  CrmOutcomeQueueUrl: ['role crm', 'user crm'],
  Crm2OutcomeQueueUrl: ['account of crm2'],
  StudioOutcomeQueueUrl: ['shared role'],
  ShopZ2eeuOutcomeQueueUrl: ['shared role', 'role shop'],
  SignupOutcomeQueueUrl: [],
};

describe('an outcome queue', () => {
  test('is there for each producer that wants one', () => {
    expect(names.filter((name) => name.endsWith('OutcomeQueueUrl')).sort()).toEqual(Object.keys(readersOf).sort());
  });

  test.each(Object.entries(readersOf))('%s: only its producer’s principals may receive', async (name, readers) => {
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes']) {
      expect([action, await whoMay(`sqs:${action}`, queueArn(name))]).toEqual([action, readers]);
    }
    for (const action of ['SendMessage', 'PurgeQueue', 'SetQueueAttributes', 'AddPermission', 'DeleteQueue']) {
      expect([action, await whoMay(`sqs:${action}`, queueArn(name))]).toEqual([action, []]);
    }
  });

  test.each(Object.keys(readersOf))('%s: its dead letters are for operators', async (name) => {
    const letters = queueArn(name.replace('OutcomeQueueUrl', 'OutcomeDeadLetterQueueUrl'));
    expect(await whoMay('sqs:ReceiveMessage', letters)).toEqual([]);
    expect(await operatorMay('sqs:ReceiveMessage', letters)).toBe(true);
  });
});

describe('the outcome topic', () => {
  test('is for operators: no producer may subscribe or publish', async () => {
    for (const action of ['sns:Subscribe', 'sns:Publish']) {
      expect(await whoMay(action, output('OutcomeTopicArn'))).toEqual([]);
      expect(await operatorMay(action, output('OutcomeTopicArn'))).toBe(true);
    }
  });
});

describe('a QR image', () => {
  const image = (source: string) => `arn:aws:s3:::${output('QrBucketName')}/qr/${source}/A1b3/berlin07.png`;

  test.each<[string, string[]]>([
    ['crm', ['role crm', 'user crm']],
    ['crm2', ['account of crm2']],
    ['studio', ['shared role']],
    ['shop.eu', ['shared role', 'role shop']],
    ['signup', []],
    // It has no outcome queue, and may read its images all the same.
    ['product', ['role product']],
  ])('of %s: only its principals may get it, and nobody else may change it', async (source, readers) => {
    expect(await whoMay('s3:GetObject', image(source))).toEqual(readers);
    for (const action of ['s3:PutObject', 's3:DeleteObject']) {
      expect(await whoMay(action, image(source))).toEqual([]);
    }
  });

  test('is not named to anybody: no producer may list the bucket', async () => {
    expect(await whoMay('s3:ListBucket', `arn:aws:s3:::${output('QrBucketName')}`)).toEqual([]);
  });

  test('has a key that no producer’s name can leave', async () => {
    expect(await whoMay('s3:GetObject', image('crm/../crm2'))).toEqual(['role crm', 'user crm']);
    expect(await whoMay('s3:GetObject', `arn:aws:s3:::${output('QrBucketName')}/qr/crm`)).toEqual([]);
  });
});
