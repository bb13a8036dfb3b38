import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { outcomeQueueOutput, pascalSource, privateQueueOutput } from '../config/source-names.ts';
import { pascal } from '../constructs/lane.ts';
import type { PipelineState } from '../constructs/pipeline-parts.ts';
import type { FedFunction } from '../constructs/queue-worker.ts';
import type { OneLinkPipeline } from './pipeline.ts';

/**
 * Adds the outputs by which the command line, the console and the runbook find the pipeline. The outputs and the managed policies
 * have the same names in each stack, so a stack holds one pipeline.
 */
export function addOutputs(pipeline: OneLinkPipeline, outputs: Readonly<Record<string, string>>): void {
  const scope = new Construct(pipeline, 'Outputs');
  for (const [id, value] of Object.entries(outputs)) {
    new CfnOutput(scope, id, { value }).overrideLogicalId(id);
  }
  for (const { name, part, policy } of pipeline.access.policies) {
    const id = `${name}PolicyArn${part}`;
    // The local run names its callers by the IDs of the policies.
    policy.overrideLogicalId(`${name}Policy${part}`);
    new CfnOutput(scope, id, { value: policy.ref }).overrideLogicalId(id);
  }
}

/** What a stack puts out, by name. */
export function outputsOf(pipeline: OneLinkPipeline, state: PipelineState): Record<string, string> {
  const outputs: Record<string, string> = {
    OutcomeTopicArn: pipeline.outcomes.topicArn,
    LedgerTableName: state.ledger.tableName,
    QrBucketName: state.qrImages.bucketName,
    ArchiveBucketName: state.archive.bucketName,
    ApiTokenSecretArn: state.apiToken.secretArn,
    LinkIdSecretArn: state.linkIdSecret.secretArn,
    GovernorFunctionName: pipeline.governor.functionName,
    ReplayerFunctionName: pipeline.replayer.functionName,
    OperationsFunctionName: pipeline.operations.function.functionName,
    // Callers sign it, so that nobody can use their signature at another function.
    OperationsFunctionArn: pipeline.operations.function.functionArn,
    OperationsLogGroupName: pipeline.operations.function.logGroup.logGroupName,
    AuditBucketName: state.auditRecords.bucketName,
    AuditLogGroupName: pipeline.operations.auditLog.logGroupName,
    CampaignBucketName: state.campaignFiles.bucketName,
    // A lane may have the name `campaign`: then it has the output `CampaignQueueUrl`.
    CampaignFilesQueueUrl: state.campaignWork.queue.queueUrl,
    CampaignFilesDeadLetterQueueUrl: state.campaignWork.deadLetters.queueUrl,
    CampaignCheckerFunctionName: pipeline.campaigns.checker.function.functionName,
    CampaignSenderFunctionName: pipeline.campaigns.sender.functionName,
    CampaignSenderLogGroupName: pipeline.campaigns.sender.logGroup.logGroupName,
    ReaderFunctionName: pipeline.reader.functionName,
    ReaderLogGroupName: pipeline.reader.logGroup.logGroupName,
    GovernorLogGroupName: pipeline.governor.logGroup.logGroupName,
    ReplayerLogGroupName: pipeline.replayer.logGroup.logGroupName,
    VouchingRoleIds: pipeline.vouchingRoleIds,
    PageTopicArn: pipeline.alarms.page.topicArn,
    TicketTopicArn: pipeline.alarms.ticket.topicArn,
  };
  const { qrCodes } = pipeline;
  const { expired } = pipeline.expiry;
  const describeWorker = (prefix: string, { function: worker, mapping }: FedFunction) => {
    outputs[`${prefix}LogGroupName`] = worker.logGroup.logGroupName;
    outputs[`${prefix}MappingId`] = mapping.eventSourceMappingId;
  };
  describeWorker('QrWorker', qrCodes);
  outputs.QrJobsQueueUrl = qrCodes.jobs.queue.queueUrl;
  outputs.QrJobsDeadLetterQueueUrl = qrCodes.jobs.deadLetters.queueUrl;
  describeWorker('ExpiryWorker', pipeline.expiry);
  describeWorker('ExpiryIntake', pipeline.expiry.intake);
  describeWorker('CampaignChecker', pipeline.campaigns.checker);
  outputs.ExpiryIntakeFunctionName = pipeline.expiry.intake.function.functionName;
  outputs.ExpiredLinksQueueUrl = expired.queue.queueUrl;
  outputs.ExpiredLinksDeadLetterQueueUrl = expired.deadLetters.queueUrl;
  for (const { name, commands, linkWorker } of pipeline.lanes) {
    const lane = pascal(name);
    outputs[`${lane}QueueUrl`] = commands.queue.queueUrl;
    outputs[`${lane}DeadLetterQueueUrl`] = commands.deadLetters.queueUrl;
    describeWorker(`${lane}LinkWorker`, linkWorker);
  }
  const { ingress } = pipeline;
  if (ingress) outputs.ForwarderLogGroupName = ingress.forwarder.logGroup.logGroupName;
  for (const { lane, source, work, mapping } of ingress?.queues ?? []) {
    const output = (what: string) => `${pascal(lane)}Ingress${what}${pascalSource(source)}`;
    outputs[output('QueueUrl')] = work.queue.queueUrl;
    outputs[output('DeadLetterQueueUrl')] = work.deadLetters.queueUrl;
    outputs[output('MappingId')] = mapping.eventSourceMappingId;
  }
  for (const { source, queue, deadLetters } of pipeline.outcomeQueues) {
    outputs[outcomeQueueOutput(source)] = queue.queueUrl;
    outputs[`${pascalSource(source)}OutcomeDeadLetterQueueUrl`] = deadLetters.queueUrl;
  }
  for (const { source, queue, deadLetters } of pipeline.privateOutcomes?.queues ?? []) {
    outputs[privateQueueOutput(source)] = queue.queueUrl;
    outputs[`PrivateOutcomeDeadLetterQueueUrl${pascalSource(source)}`] = deadLetters.queueUrl;
  }
  const { http, outcomeDeliveries } = pipeline;
  if (http) {
    outputs.HttpApiUrl = http.url;
    outputs.HttpApiFunctionName = http.function.functionName;
    outputs.HttpApiLogGroupName = http.function.logGroup.logGroupName;
    if (state.httpKeys) outputs.HttpKeysSecret = state.httpKeys.secretArn;
    if (http.authorizer) outputs.HttpAuthorizerLogGroupName = http.authorizer.logGroup.logGroupName;
  }
  if (outcomeDeliveries) outputs.OutcomeDeliveriesDeadLetterQueueUrl = outcomeDeliveries.deadLetters.queueUrl;
  return outputs;
}
