import type { Deployment } from '../assembly/deployment.ts';
import { ruleProperties } from '../schedules/schedules.ts';
import type { Authorizer } from './authorizer.ts';
import { serviceOf } from './caller.ts';
import { accessKeyOf } from './callers.ts';

/** The calls that AWS's services make for a deployment: in their own name, or in the role of a function. */
export class ServiceCalls {
  readonly #authorizer: Authorizer;
  readonly #logging = new Set<string>();

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  /** Decides which rules may invoke which functions. It decides on all at once, as a rule that fires cannot wait. */
  async invocations(deployment: Deployment): Promise<(ruleArn: string, functionArn: string) => boolean> {
    const permitted = new Set<string>();
    const decisions = deployment.resources('AWS::Events::Rule').flatMap((rule) =>
      deployment.properties(rule, ruleProperties).Targets.map(async ({ Arn }) => {
        if (deployment.find('AWS::Lambda::Function', Arn) === undefined) return;
        const call = { action: 'lambda:InvokeFunction', resource: Arn };
        const caller = serviceOf('events.amazonaws.com', rule.arn);
        if (await this.#authorizer.permits(caller, call)) permitted.add(`${rule.arn} ${Arn}`);
      }),
    );
    await Promise.all(decisions);
    return (ruleArn, functionArn) => permitted.has(`${ruleArn} ${functionArn}`);
  }

  /** Whether an alarm may publish to a topic. */
  notifies(alarmArn: string, topicArn: string): Promise<boolean> {
    const call = { action: 'sns:Publish', resource: topicArn };
    return this.#authorizer.permits(serviceOf('cloudwatch.amazonaws.com', alarmArn), call);
  }

  /** Whether a topic may deliver to a queue. */
  delivers(topicArn: string, queueArn: string): Promise<boolean> {
    const call = { action: 'sqs:SendMessage', resource: queueArn };
    return this.#authorizer.permits(serviceOf('sns.amazonaws.com', topicArn), call);
  }

  /** Whether S3 may send the events of a bucket to a queue. */
  sendsEvents(bucketArn: string, queueArn: string): Promise<boolean> {
    const call = { action: 'sqs:SendMessage', resource: queueArn };
    return this.#authorizer.permits(serviceOf('s3.amazonaws.com', bucketArn), call);
  }

  /** Lambda writes the output of a function in its role. */
  logs(functionName: string, logGroupName: string, { region, accountId }: Deployment['place']): void {
    if (this.#logging.has(functionName)) return;
    this.#logging.add(functionName);
    const resource = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}:log-stream:local`;
    for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) this.#inRole(functionName, action, resource);
  }

  /**
   * What Lambda does in a function's role beside the receives and deletes that are real calls here.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
   */
  polls(functionName: string, sourceArn: string): void {
    const isQueue = sourceArn.split(':')[2] === 'sqs';
    const reads = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    const actions = isQueue ? ['sqs:GetQueueAttributes'] : reads.map((action) => `dynamodb:${action}`);
    for (const action of actions) this.#inRole(functionName, action, sourceArn);
  }

  #inRole(functionName: string, action: string, resource: string): void {
    const caller = this.#authorizer.callerOf(accessKeyOf(functionName));
    void this.#authorizer.permits(caller, { action, resource });
  }
}
