import { Annotations, Fn, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { type IGrantable, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AccountSettings, PipelineSettings, StageSettings } from '../config/config-schema.ts';
import { httpProducersOf } from '../config/http.ts';
import { architectureOf } from '../config/landing-zone.ts';
import { heldPrincipals, ingressQueuesOf, unboundSources } from '../config/principals.ts';
import { pascalSource } from '../config/source-names.ts';
import { AccessPolicies } from '../constructs/access-policies.ts';
import { Campaigns } from '../constructs/campaigns.ts';
import { Expiry } from '../constructs/expiry.ts';
import { governor } from '../constructs/governor.ts';
import { HttpApi } from '../constructs/http-api.ts';
import { Ingress } from '../constructs/ingress.ts';
import { kept } from '../constructs/kept.ts';
import { Lane, pascal } from '../constructs/lane.ts';
import { joinNetwork } from '../constructs/network.ts';
import { Operations } from '../constructs/operations.ts';
import { OutcomeDeliveries, postedOutcomes } from '../constructs/outcome-deliveries.ts';
import { OutcomeQueue } from '../constructs/outcome-queue.ts';
import { outcomesOf, outcomeTopic } from '../constructs/outcome-topic.ts';
import type { PipelineState, Sibling } from '../constructs/pipeline-parts.ts';
import { PrivateOutcomes, privateProducersOf } from '../constructs/private-outcomes.ts';
import { QrCodes } from '../constructs/qr-codes.ts';
import { reader } from '../constructs/reader.ts';
import { replayer } from '../constructs/replayer.ts';
import type { Surroundings } from '../constructs/worker-function.ts';
import { AlarmSet } from '../observability/alarm-set.ts';
import { PipelineDashboard } from '../observability/dashboard/dashboard.ts';
import { checkedPlan } from './pipeline-checks.ts';
import { addDocuments, hasDocuments, planRunbook } from './pipeline-documents.ts';
import { addOutputs, outputsOf } from './pipeline-outputs.ts';

export interface OneLinkPipelineProps {
  /** Unique in the AWS account and region: it names metrics, alarms and the dashboard. */
  readonly serviceName: string;
  readonly settings: PipelineSettings;
  /** The AppsFlyer account of the links. All pipelines that name an account share its limits. */
  readonly account: AccountSettings;
  readonly stage: Pick<StageSettings, 'removalPolicy' | 'logRetentionDays' | 'alarms' | 'aws' | 'landingZone'>;
  readonly state: PipelineState;
  /**
   * The other pipelines on the AppsFlyer account, in the same AWS account and region. What they spend of the quota then does not
   * count as spent elsewhere.
   */
  readonly siblings?: readonly Sibling[];
}

/**
 * Turns commands into links and outcomes. It has a {@link Lane} for each lane of the settings. All lanes share the outcome
 * topic, the QR worker, the expiry workers, the governor, the replayer, the alarms and the dashboard. Its stack has the outputs
 * by which the command line, the console and the runbook find it, so a stack holds one pipeline.
 */
export class OneLinkPipeline extends Construct {
  readonly serviceName: string;
  readonly lanes: readonly Lane[];
  /** The outcomes of all sources. */
  readonly outcomes: Topic;
  /** A queue for each producer that has the setting `outcomeQueue`. */
  readonly outcomeQueues: readonly OutcomeQueue[];
  /** Absent if no producer has a `privateOutcomeQueue`. */
  readonly privateOutcomes: PrivateOutcomes | undefined;
  /** Absent if no producer has an `outcomeUrl`. */
  readonly outcomeDeliveries: OutcomeDeliveries | undefined;
  readonly qrCodes: QrCodes;
  readonly expiry: Expiry;
  readonly governor: LambdaFunction;
  readonly replayer: LambdaFunction;
  readonly operations: Operations;
  readonly campaigns: Campaigns;
  /** The unique IDs of the roles that may name the first sender of a message, separated by commas. */
  readonly vouchingRoleIds: string;
  /** Absent if no producer needs an ingress queue. */
  readonly ingress: Ingress | undefined;
  /** The only way to the API for operators' tools. */
  readonly reader: LambdaFunction;
  /** Absent if no producer has `http`. */
  readonly http: HttpApi | undefined;
  readonly alarms: AlarmSet;
  /** The managed policies for people and their tools. */
  readonly access: AccessPolicies;

  /**
   * @throws ConfigurationError with all faults at once: of the settings, of the state, and of what the pipelines of this CDK app
   * share
   */
  constructor(scope: Construct, id: string, props: OneLinkPipelineProps) {
    super(scope, id);
    const { serviceName, settings, account, stage, state, siblings = [] } = props;
    const plan = checkedPlan(this, props);
    this.serviceName = serviceName;
    warnOfSenders(this, settings);
    const { network, keepQueues } = stage.landingZone ?? {};
    // By its ARN: the stack of the state must not depend on this one.
    const key = state.key && Key.fromKeyArn(this, 'Key', state.key.keyArn);
    const surroundings: Surroundings = {
      serviceName,
      logRetentionDays: stage.logRetentionDays,
      removalPolicy: stage.removalPolicy === 'retain' ? kept : RemovalPolicy.DESTROY,
      architecture: architectureOf(stage),
      key,
      keepQueues,
      ...(network && { network: joinNetwork(new Construct(this, 'Network'), network, hasDocuments(stage)) }),
    };
    const outcomesScope = new Construct(this, 'Outcomes');
    const topic = outcomeTopic(outcomesScope, serviceName, key);
    const retentionDays = settings.commandRetentionDays;
    this.outcomes = topic;
    this.outcomeQueues = settings.producers
      .filter(({ outcomeQueue }) => outcomeQueue)
      .map((producer) => {
        const id = `Of${pascalSource(producer.source)}`;
        return new OutcomeQueue(outcomesScope, id, { producer, topic, retentionDays, rules: surroundings });
      });
    const asking = privateProducersOf(settings);
    const asked = { rules: surroundings, producers: asking, retentionDays };
    this.privateOutcomes = asking.length > 0 ? new PrivateOutcomes(this, 'PrivateOutcomes', asked) : undefined;
    const posted = postedOutcomes(settings);
    this.outcomeDeliveries =
      posted.length > 0
        ? new OutcomeDeliveries(outcomesScope, 'Deliveries', { topic, posted, rules: surroundings })
        : undefined;
    const vouching: LambdaFunction[] = [];
    const ownSenders = Lazy.string({ produce: () => Fn.join(',', vouching.map(roleIdOf)) });
    this.vouchingRoleIds = ownSenders;
    const { privateOutcomes } = this;
    const parts = { settings, account, state, outcomes: topic, privateTopic: privateOutcomes?.topic, surroundings };
    this.qrCodes = new QrCodes(this, 'Qr', { ...parts, plan: plan.qr });
    const { qrCodes } = this;
    const laneParts = { ...parts, ownSenders, qrJobs: qrCodes.jobs };
    this.lanes = plan.plans.flatMap((one) => {
      const lane = settings.lanes[one.lane];
      return lane ? [new Lane(this, pascal(one.lane), { ...laneParts, name: one.lane, lane, plan: one })] : [];
    });
    this.expiry = new Expiry(this, 'Expiry', { ...parts, plan: plan.expiry });
    const { lanes, expiry, outcomeQueues } = this;
    this.governor = governor(new Construct(this, 'Governor'), { ...parts, lanes, expiry, qrCodes, siblings });
    this.replayer = replayer(new Construct(this, 'Replayer'), lanes, parts);
    const queues = ingressQueuesOf(settings);
    this.ingress =
      queues.length > 0 ? new Ingress(this, 'Ingress', { ...parts, ownSenders, lanes, queues }) : undefined;
    const work = [
      ...lanes.map(({ commands }) => commands),
      qrCodes.jobs,
      expiry.expired,
      ...(this.ingress?.queues ?? []).map((one) => one.work),
      state.campaignWork,
    ];
    this.operations = new Operations(this, 'Operations', {
      ...parts,
      queues: work,
      outcomeDeliveries: this.outcomeDeliveries,
      lanes,
      expiry,
      qrCodes,
      replayer: this.replayer,
      ownSenders,
      hasDocuments: hasDocuments(stage),
      longestWorkSeconds: Math.max(
        ...[...plan.plans.map(({ link }) => link), plan.qr, plan.expiry].map((one) => one.timeoutSeconds),
      ),
    });
    this.campaigns = new Campaigns(this, 'Campaigns', { ...parts, lanes, qrCodes });
    // Each function that passes on what another has sent.
    vouching.push(this.replayer, this.operations.function, this.campaigns.sender);
    if (this.ingress) vouching.push(this.ingress.forwarder);
    this.reader = reader(new Construct(this, 'Reader'), plan.reader, parts);
    if (httpProducersOf(settings).length > 0) {
      this.http = new HttpApi(this, 'HttpApi', { ...parts, lanes, reader: this.reader });
      vouching.push(this.http.function);
    }
    const { governor: steering, replayer: replaying, ingress, reader: reading, operations } = this;
    const functions = { governor: steering, replayer: replaying, ingress, reader: reading, operations };
    const { outcomeDeliveries, http } = this;
    const privateQueues = privateOutcomes?.queues ?? [];
    const receiving = { outcomeQueues, privateQueues, outcomeDeliveries };
    const shared = { ...receiving, http, ledger: state.ledger, campaigns: this.campaigns };
    const observed = { serviceName, settings, account, lanes, qrCodes, expiry, ...functions, ...shared };
    const planned = planRunbook(this, serviceName, stage);
    const { runbook } = planned;
    this.alarms = new AlarmSet(this, 'Alarms', { ...observed, topics: stage.alarms, key, runbook });
    const ownFunctions = this.node.findAll().filter((one) => one instanceof LambdaFunction);
    this.access = new AccessPolicies(this, 'Access', {
      ...parts,
      operations,
      lanes,
      ingress,
      outcomeQueues,
      privateQueues,
      readerFunctionArn: reading.functionArn,
      queues: {
        work: [...work, ...outcomeQueues, ...privateQueues].map(({ queue }) => queue.queueArn),
        // Without the private ones: nobody but their producer may receive them.
        deadLetters: [
          ...[...work, ...outcomeQueues].map(({ deadLetters }) => deadLetters.queueArn),
          ...(outcomeDeliveries ? [outcomeDeliveries.deadLetters.queueArn] : []),
        ],
      },
      logGroupArns: ownFunctions.map(({ logGroup }) => logGroup.logGroupArn),
      onCall: {
        functionArns: ownFunctions.map(({ functionArn }) => functionArn),
        invokedByHand: [this.campaigns.sender.functionArn, expiry.intake.function.functionArn],
        ruleArns: this.node.findAll().flatMap((one) => (one instanceof Rule ? [one.ruleArn] : [])),
      },
      outcomeTopicArn: this.outcomes.topicArn,
      documentsOf: hasDocuments(stage) ? serviceName : undefined,
      topicArns: [this.outcomes.topicArn, this.alarms.page.topicArn, this.alarms.ticket.topicArn],
    });
    const { alarms } = this.alarms;
    new PipelineDashboard(this, 'Dashboard', { ...observed, alarms, runbook });
    const outputs = outputsOf(this, state);
    addOutputs(this, outputs);
    if (hasDocuments(stage)) addDocuments(this, planned, state.campaignWork, outputs);
  }

  /**
   * Allows the grantee to send commands, to one lane or to all lanes.
   *
   * @throws Error when the pipeline has no such lane.
   */
  grantSend(grantee: IGrantable, lane?: string): void {
    for (const { commands } of lane === undefined ? this.lanes : [this.lane(lane)]) {
      commands.queue.grantSendMessages(grantee);
    }
  }

  /**
   * Allows the grantee, in this account or another, to subscribe to the outcomes of all sources. It is for operators. A
   * producer has the setting `outcomeQueue`, or a queue of its own that {@link subscribe} feeds.
   */
  grantReadOutcomes(grantee: IGrantable): void {
    this.outcomes.grantSubscribe(grantee);
  }

  /** Delivers one source's outcomes to a queue, without SNS's envelope. */
  subscribe(queue: IQueue, source: string): void {
    this.outcomes.addSubscription(outcomesOf(source, queue));
  }

  private lane(name: string): Lane {
    const found = this.lanes.find((lane) => lane.name === name);
    if (found) return found;
    throw new Error(`must be one of the lanes ${this.lanes.map((lane) => lane.name).join(', ')}; got ${name}`);
  }
}

/** The unique ID of a function's role: SQS's `SenderId`, without the session, of what the function sends. */
function roleIdOf({ role, node }: LambdaFunction): string {
  if (role instanceof Role) return role.roleId;
  throw new Error(`${node.path}: the function has no role of its own`);
}

function warnOfSenders(pipeline: OneLinkPipeline, settings: PipelineSettings): void {
  const unbound = unboundSources(settings);
  if (unbound.length > 0) {
    const text = `Nothing binds the sources ${unbound.join(', ')}: every sender that can reach their lane’s queue may send as them.`;
    const remedy = 'Give their principals a senderId.';
    Annotations.of(pipeline).addWarningV2('onelink:unbound-sources', `${text} ${remedy}`);
  }
  for (const { source, arn } of heldPrincipals(settings)) {
    const text = `The commands of ${source} from ${arn} are held, because it has no senderId.`;
    Annotations.of(pipeline).addWarningV2('onelink:held-principals', text);
  }
}
