import {
  AccountPrincipal,
  ArnPrincipal,
  type IPrincipal,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { PipelineSettings } from '../config/config-schema.ts';
import {
  arnOf,
  directSid,
  type IngressPrincipal,
  type IngressQueueSettings,
  isDirect,
  policySid,
} from '../config/principals.ts';

const send = 'sqs:SendMessage';
/** What a producer's own program needs. */
const sendAndFind = [send, 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'];

/** Allows the roles and users of the lane's producers to send to its queue, in a statement for each producer. */
export function admitProducers(queue: Queue, lane: string, { producers }: PipelineSettings): void {
  for (const { source, principals, lanes } of producers) {
    const direct = principals.filter(isDirect).map((principal) => new ArnPrincipal(arnOf(principal)));
    if (direct.length === 0 || !lanes.includes(lane)) continue;
    queue.addToResourcePolicy(maySend(queue, directSid({ source, principals }), sendAndFind, direct));
  }
}

/** Allows exactly the accounts and services of a producer to send to its ingress queue. */
export function admitPrincipals(queue: Queue, { source, principals }: IngressQueueSettings): void {
  for (const [index, principal] of principals.entries()) {
    const actions = 'account' in principal ? sendAndFind : [send];
    queue.addToResourcePolicy(maySend(queue, `${policySid(source)}Z${index}`, actions, [grantee(principal)]));
  }
}

function grantee(principal: IngressPrincipal): IPrincipal {
  if ('account' in principal) return new AccountPrincipal(principal.account);
  // Without the source condition, a rule or topic in any AWS account could send to this queue through the service.
  return new ServicePrincipal(principal.service, {
    conditions: { ArnEquals: { 'aws:SourceArn': principal.sourceArn } },
  });
}

const maySend = ({ queueArn }: Queue, sid: string, actions: string[], principals: IPrincipal[]) =>
  new PolicyStatement({ sid, principals, actions, resources: [queueArn] });
