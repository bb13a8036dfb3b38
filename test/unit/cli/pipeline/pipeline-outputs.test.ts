import { expect, test } from 'vitest';
import { outcomeQueuesOf, pipelineOutputs } from '../../../../cli/pipeline/pipeline-outputs.ts';

const outputs = {
  OutcomeTopicArn: 'arn:aws:sns:eu-central-1:111122223333:outcomes',
  QrBucketName: 'qr-images',
  CampaignQueueUrl: 'https://sqs.example/campaign',
  CampaignDeadLetterQueueUrl: 'https://sqs.example/campaign-dead',
  QrJobsQueueUrl: 'https://sqs.example/qr',
  QrJobsDeadLetterQueueUrl: 'https://sqs.example/qr-dead',
  TransactionalQueueUrl: 'https://sqs.example/transactional',
};

test('the outputs name the command queue of each lane, and no other queue', () => {
  expect([...pipelineOutputs(outputs, 'OneLink-production').laneQueueUrls]).toEqual([
    ['campaign', 'https://sqs.example/campaign'],
    ['transactional', 'https://sqs.example/transactional'],
  ]);
});

test('the outputs name the outcome queues of the sources that have one', () => {
  const url = 'https://sqs.example/of-crm-eu';
  const queues = outcomeQueuesOf(['crm-eu', 'crm.eu', 'studio'], { ...outputs, CrmEuOutcomeQueueUrl: url });
  expect([...queues]).toEqual([['crm-eu', url]]);
});

test('a stack that is not a pipeline causes an error', () => {
  expect(() => pipelineOutputs({ QrBucketName: 'b' }, 'OneLink-production-State')).toThrow(
    "The stack OneLink-production-State does not have the outputs of a pipeline. Name the pipeline's stack with --stack.",
  );
});
