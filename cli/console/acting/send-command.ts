import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { senderKey } from '../../pipeline/local-senders.ts';
import { pipelineOutputs } from '../../pipeline/pipeline-outputs.ts';
import type { OpenDesk } from '../desk.ts';
import { ProblemError } from '../problem.ts';
import type { LinkCommand } from './change-link.ts';

/**
 * Sends a command to its lane. In a local run it goes out as its producer’s. On AWS the operator’s credentials decide: a worker
 * holds commands of senders that it does not know.
 *
 * @throws ProblemError if the stack has no such lane; the service's error if SQS refuses
 */
export async function sendCommand({ source, lane, body }: LinkCommand, desk: OpenDesk): Promise<void> {
  const { deployed, chosen, configured } = desk;
  const QueueUrl = pipelineOutputs(deployed.outputs, deployed.stackName).laneQueueUrls.get(lane);
  if (QueueUrl === undefined) throw new ProblemError('bad-request', 'The stack has no such lane.');
  const key = chosen.local && senderKey(configured?.settings.producers ?? [], { source, lane });
  const sqs =
    key === undefined ? deployed.sqs : new SQSClient({ credentials: { accessKeyId: key, secretAccessKey: 'local' } });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
}
