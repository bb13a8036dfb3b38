import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { outcomeQueueOutput, pascalSource, privateQueueOutput } from '../config/source-names.ts';
import { pascal } from '../constructs/lane.ts';
import type { FedFunction } from '../constructs/queue-worker.ts';
import { OneLinkPipeline, type OneLinkPipelineProps } from './pipeline.ts';

/** One pipeline of one stage. The command line and the runbook read the stack's outputs. */
export class PipelineStack extends Stack {
  readonly pipeline: OneLinkPipeline;

  constructor(scope: Construct, id: string, props: OneLinkPipelineProps & StackProps) {
    super(scope, id, props);
    this.pipeline = new OneLinkPipeline(this, 'Pipeline', props);
    const { state } = props;
    const outputs: Record<string, string> = {
      OutcomeTopicArn: this.pipeline.outcomes.topicArn,
      LedgerTableName: state.ledger.tableName,
      QrBucketName: state.qrImages.bucketName,
      ArchiveBucketName: state.archive.bucketName,
      ApiTokenSecretArn: state.apiToken.secretArn,
      LinkIdSecretArn: state.linkIdSecret.secretArn,
      GovernorFunctionName: this.pipeline.governor.functionName,
      ReplayerFunctionName: this.pipeline.replayer.functionName,
      OperationsFunctionName: this.pipeline.operations.function.functionName,
      // Callers sign it, so that nobody can use their signature at another function.
      OperationsFunctionArn: this.pipeline.operations.function.functionArn,
      OperationsLogGroupName: this.pipeline.operations.function.logGroup.logGroupName,
      AuditBucketName: state.auditRecords.bucketName,
      AuditLogGroupName: this.pipeline.operations.auditLog.logGroupName,
      CampaignBucketName: state.campaignFiles.bucketName,
      // A lane may have the name `campaign`: then it has the output `CampaignQueueUrl`.
      CampaignFilesQueueUrl: state.campaignWork.queue.queueUrl,
      CampaignFilesDeadLetterQueueUrl: state.campaignWork.deadLetters.queueUrl,
      CampaignCheckerFunctionName: this.pipeline.campaigns.checker.function.functionName,
      CampaignSenderFunctionName: this.pipeline.campaigns.sender.functionName,
      CampaignSenderLogGroupName: this.pipeline.campaigns.sender.logGroup.logGroupName,
      ReaderFunctionName: this.pipeline.reader.functionName,
      ReaderLogGroupName: this.pipeline.reader.logGroup.logGroupName,
      GovernorLogGroupName: this.pipeline.governor.logGroup.logGroupName,
      ReplayerLogGroupName: this.pipeline.replayer.logGroup.logGroupName,
      VouchingRoleIds: this.pipeline.vouchingRoleIds,
      PageTopicArn: this.pipeline.alarms.page.topicArn,
      TicketTopicArn: this.pipeline.alarms.ticket.topicArn,
    };
    const { qrCodes } = this.pipeline;
    const { expired } = this.pipeline.expiry;
    const describeWorker = (prefix: string, { function: worker, mapping }: FedFunction) => {
      outputs[`${prefix}LogGroupName`] = worker.logGroup.logGroupName;
      outputs[`${prefix}MappingId`] = mapping.eventSourceMappingId;
    };
    describeWorker('QrWorker', qrCodes);
    outputs.QrJobsQueueUrl = qrCodes.jobs.queue.queueUrl;
    outputs.QrJobsDeadLetterQueueUrl = qrCodes.jobs.deadLetters.queueUrl;
    describeWorker('ExpiryWorker', this.pipeline.expiry);
    describeWorker('ExpiryIntake', this.pipeline.expiry.intake);
    describeWorker('CampaignChecker', this.pipeline.campaigns.checker);
    outputs.ExpiryIntakeFunctionName = this.pipeline.expiry.intake.function.functionName;
    outputs.ExpiredLinksQueueUrl = expired.queue.queueUrl;
    outputs.ExpiredLinksDeadLetterQueueUrl = expired.deadLetters.queueUrl;
    for (const { name, commands, linkWorker } of this.pipeline.lanes) {
      const lane = pascal(name);
      outputs[`${lane}QueueUrl`] = commands.queue.queueUrl;
      outputs[`${lane}DeadLetterQueueUrl`] = commands.deadLetters.queueUrl;
      describeWorker(`${lane}LinkWorker`, linkWorker);
    }
    const { ingress } = this.pipeline;
    if (ingress) outputs.ForwarderLogGroupName = ingress.forwarder.logGroup.logGroupName;
    for (const { lane, source, work, mapping } of ingress?.queues ?? []) {
      const output = (what: string) => `${pascal(lane)}Ingress${what}${pascalSource(source)}`;
      outputs[output('QueueUrl')] = work.queue.queueUrl;
      outputs[output('DeadLetterQueueUrl')] = work.deadLetters.queueUrl;
      outputs[output('MappingId')] = mapping.eventSourceMappingId;
    }
    for (const { source, queue, deadLetters } of this.pipeline.outcomeQueues) {
      outputs[outcomeQueueOutput(source)] = queue.queueUrl;
      outputs[`${pascalSource(source)}OutcomeDeadLetterQueueUrl`] = deadLetters.queueUrl;
    }
    for (const { source, queue, deadLetters } of this.pipeline.privateOutcomes?.queues ?? []) {
      outputs[privateQueueOutput(source)] = queue.queueUrl;
      outputs[`PrivateOutcomeDeadLetterQueueUrl${pascalSource(source)}`] = deadLetters.queueUrl;
    }
    const { http, outcomeDeliveries } = this.pipeline;
    if (http) {
      outputs.HttpApiUrl = http.url;
      outputs.HttpApiFunctionName = http.function.functionName;
      outputs.HttpApiLogGroupName = http.function.logGroup.logGroupName;
      if (state.httpKeys) outputs.HttpKeysSecret = state.httpKeys.secretArn;
      if (http.authorizer) outputs.HttpAuthorizerLogGroupName = http.authorizer.logGroup.logGroupName;
    }
    if (outcomeDeliveries) outputs.OutcomeDeliveriesDeadLetterQueueUrl = outcomeDeliveries.deadLetters.queueUrl;
    for (const { name, part, policy } of this.pipeline.access.policies) {
      // The local run names its callers by these IDs. Only a stack of one pipeline can have them.
      policy.overrideLogicalId(`${name}Policy${part}`);
      outputs[`${name}PolicyArn${part}`] = policy.ref;
    }
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}
