import {
  AccountPrincipal,
  ArnPrincipal,
  type IPrincipal,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { LaneSettings, PipelineSettings, ProducerPrincipal } from '../config/config-schema.ts';
import { arnOf, type DirectPrincipal, directSid, isDirect, policySid } from '../config/principals.ts';
import type { LanePlan } from '../config/rate-budget.ts';
import { linkWorker } from './link-worker.ts';
import type { LaneProps } from './pipeline-parts.ts';
import { qrWorker } from './qr-worker.ts';
import type { FedFunction } from './queue-worker.ts';
import { WorkQueue } from './work-queue.ts';

/** Spells a lane's name as constructs and outputs do: `campaign` → `Campaign`. */
export const pascal = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** A lane: commands → link worker → QR jobs → QR worker, with its own share of the rate. */
export class Lane extends Construct {
  readonly name: string;
  readonly settings: LaneSettings;
  readonly plan: LanePlan;
  readonly commands: WorkQueue;
  readonly linkWorker: FedFunction;
  readonly qrJobs: WorkQueue;
  readonly qrWorker: FedFunction;

  constructor(scope: Construct, id: string, props: LaneProps) {
    super(scope, id);
    this.name = props.name;
    this.settings = props.lane;
    this.plan = props.plan;
    const retentionDays = props.settings.commandRetentionDays;
    this.commands = new WorkQueue(this, 'Commands', {
      retentionDays,
      visibilityTimeoutSeconds: props.plan.link.visibilityTimeoutSeconds,
    });
    this.qrJobs = new WorkQueue(this, 'QrJobs', {
      retentionDays,
      visibilityTimeoutSeconds: props.plan.qr.visibilityTimeoutSeconds,
    });
    for (const statement of this.senderStatements(props.settings)) this.commands.queue.addToResourcePolicy(statement);

    // A latency lane publishes each outcome at once. The others fill SNS's batches of ten.
    const outcomesPerPublish = props.lane.windowSeconds > 0 ? 10 : 1;
    const workerProps = { ...props, commands: this.commands, qrJobs: this.qrJobs, outcomesPerPublish };
    this.linkWorker = linkWorker(new Construct(this, 'LinkWorker'), workerProps);
    this.qrWorker = qrWorker(new Construct(this, 'QrWorker'), workerProps);
  }

  /** The queue policy's statements: who may send, producer by producer. */
  private senderStatements({ producers }: PipelineSettings): PolicyStatement[] {
    const { queueArn } = this.commands.queue;
    return producers
      .filter(({ lanes }) => lanes.includes(this.name))
      .flatMap(({ source, principals }) => {
        const sid = policySid(source);
        const direct = principals.filter(isDirect).map((principal) => new ArnPrincipal(arnOf(principal)));
        const others = principals.flatMap((principal) => (isDirect(principal) ? [] : indirectPrincipal(principal)));
        return [
          ...(direct.length > 0 ? [maySend(queueArn, directSid({ source, principals }), direct)] : []),
          ...others.map((principal, index) => maySend(queueArn, `${sid}Z${index}`, [principal])),
        ];
      });
  }
}

const maySend = (queueArn: string, sid: string, principals: IPrincipal[]) =>
  new PolicyStatement({
    sid,
    principals,
    actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
    resources: [queueArn],
  });

/** A principal whose messages do not show which producer sent them. */
function indirectPrincipal(principal: Exclude<ProducerPrincipal, DirectPrincipal>): IPrincipal {
  if ('account' in principal) return new AccountPrincipal(principal.account);
  // Without the source condition, a rule or topic in any AWS account could send to this queue through the service.
  return new ServicePrincipal(principal.service, {
    conditions: { ArnEquals: { 'aws:SourceArn': principal.sourceArn } },
  });
}
