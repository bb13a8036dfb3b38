import { prefix } from '../../lambdas/adapters/names.ts';
import type { May } from './access-reads.ts';
import { bucketSettings } from './key-use.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** What the runbook's commands of `aws` are about, beside the state. */
export interface OnCallProps {
  /** All functions of the pipeline. */
  readonly functionArns: readonly string[];
  /** The functions that the runbook invokes by hand: the campaign sender and the expiry intake. */
  readonly invokedByHand: readonly string[];
  /** The schedules, which the runbook enables again. */
  readonly ruleArns: readonly string[];
}

/**
 * What the runbook's commands of `aws` and the doctor's look at buckets need beside the policies Operator, Support and Auditor. Nothing here shows a value of a link, a
 * secret, or events of other systems of the AWS account. A test compares it with the commands.
 */
export function onCallMays(
  { apiToken, linkIdSecret, archive, campaignFiles, qrImages, auditRecords }: PipelineParts['state'],
  { functionArns, invokedByHand, ruleArns }: OnCallProps,
): May[] {
  return [
    { actions: ['lambda:GetFunctionConfiguration'], resources: functionArns },
    { actions: ['lambda:InvokeFunction'], resources: invokedByHand },
    // It takes no ARN.
    { actions: ['events:ListRuleNamesByTarget'], resources: ['*'] },
    { actions: ['events:EnableRule'], resources: ruleArns },
    { actions: ['secretsmanager:PutSecretValue'], resources: [apiToken.secretArn] },
    // They move labels of versions, and show no value.
    {
      actions: ['secretsmanager:ListSecretVersionIds', 'secretsmanager:UpdateSecretVersionStage'],
      resources: [linkIdSecret.secretArn],
    },
    { actions: ['secretsmanager:RestoreSecret'], resources: [apiToken.secretArn, linkIdSecret.secretArn] },
    {
      actions: bucketSettings,
      resources: [archive, campaignFiles, qrImages, auditRecords].map(({ bucketArn }) => bucketArn),
    },
    { actions: ['s3:DeleteObject'], resources: [archive.arnForObjects(`${prefix.givenUp}*`)] },
  ];
}
