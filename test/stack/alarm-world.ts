import type { Stack as CdkStack, CfnElement } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import { campaignCheckerMetric } from '../../lambdas/campaign-checker/names.ts';
import { campaignLaneMetric } from '../../lambdas/campaign-sender/names.ts';
import { actMetric } from '../../lambdas/domain/acts/names.ts';
import {
  expiryLane,
  laneMetric,
  metricNamespace,
  operationMetric,
  qrLane,
  readerLane,
} from '../../lambdas/domain/work/names.ts';
import { governorMetric, laneStateMetric } from '../../lambdas/governor/names.ts';
import { httpApiMetric } from '../../lambdas/http-api/names.ts';
import { httpAuthorizerMetric } from '../../lambdas/http-authorizer/names.ts';
import { heldMetric, replayerMetric } from '../../lambdas/replayer/names.ts';
import { Deployment } from '../../local/cloud/assembly/deployment.ts';
import type { Stack } from '../../local/cloud/assembly/read-assembly.ts';
import { NoticeBoard } from '../../local/cloud/notices.ts';
import { Alarms, type AlarmTransition } from '../../local/cloud/telemetry/alarms.ts';
import { MetricStore } from '../../local/cloud/telemetry/metric-store.ts';
import type { Minute, QueueMinute } from './alarm-days.ts';
import type { configuredApp } from './configured-app.ts';

/** The alarms of a synthesised template. The local cloud evaluates them minute by minute, without running a process. */
export class AlarmWorld {
  readonly transitions: AlarmTransition[] = [];
  readonly notices: string[] = [];
  #now = Date.UTC(2026, 2, 10);
  readonly #metrics: MetricStore;
  readonly #alarms: Alarms;
  readonly #names: Names;
  readonly #serviceName: string;

  constructor(app: ReturnType<typeof configuredApp>) {
    const clock = { now: () => this.#now };
    const notices = new NoticeBoard(({ reason }) => this.notices.push(reason));
    const place = { region: 'eu-west-1', accountId: '111122223333', queueEndpoint: 'http://127.0.0.1:1' };
    const stacks = [stackOf(app.state, app.stateTemplate), stackOf(app.main, app.template)];
    const deployment = new Deployment(stacks, place, notices);
    this.#serviceName = app.main.pipeline.serviceName;
    this.#names = namesOf(app, deployment);
    this.#metrics = new MetricStore(clock);
    this.#alarms = new Alarms(deployment, this.#metrics, clock, notices, {
      changed: (transition) => this.transitions.push(transition),
      notify: async () => undefined,
    });
  }

  /** Names of all alarms, without the pipeline's name. */
  get all(): string[] {
    return this.#alarms.states().map(({ name }) => this.#short(name));
  }

  get firing(): string[] {
    return this.#alarms.states().flatMap(({ name, state }) => (state === 'ALARM' ? [this.#short(name)] : []));
  }

  /** Names of the alarms that fired, each once, in order. */
  get fired(): string[] {
    return [...new Set(this.transitions.flatMap(({ name, to }) => (to === 'ALARM' ? [this.#short(name)] : [])))];
  }

  /** Records the measurements of a minute, and evaluates the alarms at its end. */
  pass(minute: Minute): void {
    this.#record(minute);
    this.#now += 60_000;
    this.#alarms.evaluate();
  }

  #short(name: string): string {
    return name.replace(`${this.#serviceName}-`, '');
  }

  #record({ lanes, qr, expiry, governor, ...rest }: Minute): void {
    for (const [name, lane] of Object.entries(lanes)) {
      if (rest.queuesMeasured) {
        this.#queue(name, lane.commands);
      }
      this.#counts(
        { lane: name },
        {
          [laneMetric.commandReceived]: lane.received,
          [laneMetric.commandReturned]: lane.returned,
          [laneMetric.commandRejected]: lane.rejected,
          [laneMetric.senderNotAllowed]: lane.othersSenders,
          [replayerMetric.commandQuarantined]: lane.quarantined,
          [laneMetric.rateLimited]: lane.rateLimited,
          [laneMetric.takenIdMet]: lane.takenIds,
          [laneMetric.qrStored]: lane.qrStored,
          [laneMetric.qrFailed]: lane.qrFailed,
          [laneMetric.bookkeepingFailed]: lane.booksFailed,
          [campaignLaneMetric.failed]: lane.campaigns.failed,
        },
      );
      if (rest.campaigns.senderRuns) {
        const { standsStill: still, late, rejectedPercent } = lane.campaigns;
        const { standsStill, rejectedShare } = campaignLaneMetric;
        this.#counts(
          { lane: name },
          { [standsStill]: still, [campaignLaneMetric.late]: late, [rejectedShare]: rejectedPercent },
        );
      }
      const creates = { lane: name, operation: 'create' };
      for (let call = 0; call < lane.made; call++) this.#own(creates, operationMetric.apiLatency, 120);
      this.#counts(creates, { [operationMetric.apiCallFailed]: lane.failed });
      if (governor.runs) {
        const { parkingMinutes, pausedMinutes } = lane;
        const { laneParkingMinutes, lanePausedMinutes } = laneStateMetric;
        this.#counts({ lane: name }, { [laneParkingMinutes]: parkingMinutes, [lanePausedMinutes]: pausedMinutes });
      }
    }
    if (rest.queuesMeasured) this.#queue(qrLane, qr);
    this.#counts({ lane: qrLane }, { [laneMetric.rateLimited]: qr.rateLimited });
    if (governor.runs) this.#counts({ lane: qrLane }, { [laneStateMetric.lanePausedMinutes]: qr.pausedMinutes });
    if (rest.queuesMeasured) this.#queue(expiryLane, expiry);
    if (rest.queuesMeasured) this.#queue('crm-outcomes', rest.outcomesOfCrm);
    if (rest.queuesMeasured) this.#queue('private:crm-outcomes', rest.privateOutcomesOfCrm);
    if (rest.queuesMeasured) this.#queue('campaigns', rest.campaigns);
    if (rest.queuesMeasured) {
      const letters = { QueueName: this.#names.postedDeadLetters };
      this.#metrics.record('AWS/SQS', 'ApproximateNumberOfMessagesVisible', letters, rest.postedOutcomes.deadLetters);
    }
    this.#http(rest.http);
    const { checkFailed, fileRefused, messageForeign } = campaignCheckerMetric;
    this.#counts(
      {},
      {
        [checkFailed]: rest.campaigns.checkFailed,
        [fileRefused]: rest.campaigns.fileRefused,
        [messageForeign]: rest.campaigns.messageForeign,
      },
    );
    this.#counts({}, { [actMetric.actRefused]: rest.acts.refused, [actMetric.auditFailed]: rest.acts.notRecorded });
    this.#counts(
      { lane: expiryLane },
      { [laneMetric.linkExpiringSoon]: expiry.expiringSoon, [laneMetric.bookkeepingFailed]: expiry.booksFailed },
    );
    this.#governor(governor);
    for (const [subject, name] of Object.entries(this.#names.functions)) {
      const record = (metric: string, value: number) =>
        this.#metrics.record('AWS/Lambda', metric, { FunctionName: name }, value);
      record('Errors', rest.errors[subject] ?? 0);
      record('Throttles', rest.throttles[subject] ?? 0);
      const stands = { replayer: !rest.replayerRuns, 'campaigns-sender': !rest.campaigns.senderRuns };
      if (!Reflect.get(stands, subject)) record('Invocations', 1);
    }
    if (rest.replayerRuns) this.#own({}, heldMetric.commandsHeld, rest.held);
    const intake = { FunctionName: String(this.#names.functions['expiry-intake']) };
    this.#metrics.record('AWS/Lambda', 'IteratorAge', intake, rest.intakeAgeSeconds * 1000);
    if (rest.ledgerThrottles > 0) {
      const table = { TableName: this.#names.table };
      this.#metrics.record('AWS/DynamoDB', 'WriteThrottleEvents', table, rest.ledgerThrottles);
    }
  }

  #governor(governor: Minute['governor']): void {
    if (!governor.runs) return;
    this.#own({}, governorMetric.accountRefused, governor.refused);
    this.#own({}, governorMetric.apiUnreachable, governor.unreachable);
    this.#counts(
      {},
      {
        [governorMetric.controlRebuilt]: governor.rebuilt,
        [governorMetric.linkIdSecretDiffers]: governor.secretDiffers,
      },
    );
    if (!governor.polled) return;
    this.#own({}, governorMetric.quotaUsed, 3_000_000);
    this.#own({}, governorMetric.quotaUsedPercent, governor.usedPercent);
    this.#own({}, governorMetric.quotaSpentElsewhere, governor.spentElsewhere);
    this.#own({}, governorMetric.quotaProjectedMonthEndPercent, governor.projectedPercent);
  }

  #http({ answered, failed, answerMilliseconds, keysRefused }: Minute['http']): void {
    const { requestAnswered, requestFailed } = httpApiMetric;
    this.#counts(
      {},
      { [requestAnswered]: answered, [requestFailed]: failed, [httpAuthorizerMetric.keyRefused]: keysRefused },
    );
    for (let call = 0; call < answered; call++) this.#own({}, httpApiMetric.answerMilliseconds, answerMilliseconds);
  }

  #queue(subject: string, { waiting, oldestSeconds, deadLetters }: QueueMinute): void {
    const { queue, deadLetters: letters } = this.#names.queues[subject] ?? {};
    const record = (name: string | undefined, metric: string, value: number) =>
      this.#metrics.record('AWS/SQS', metric, { QueueName: String(name) }, value);
    record(queue, 'ApproximateNumberOfMessagesVisible', waiting);
    record(queue, 'ApproximateAgeOfOldestMessage', oldestSeconds);
    record(letters, 'ApproximateNumberOfMessagesVisible', deadLetters);
  }

  /** The functions write no zero counts. */
  #counts(dimensions: Record<string, string>, counts: Record<string, number>): void {
    for (const [name, count] of Object.entries(counts)) if (count > 0) this.#own(dimensions, name, count);
  }

  #own(dimensions: Record<string, string>, name: string, value: number): void {
    this.#metrics.record(metricNamespace, name, { service: this.#serviceName, ...dimensions }, value);
  }
}

interface Names {
  queues: Record<string, { queue: string; deadLetters: string }>;
  functions: Record<string, string>;
  table: string;
  postedDeadLetters: string;
}

function namesOf({ main, state }: ReturnType<typeof configuredApp>, deployment: Deployment): Names {
  const name = (type: string, stack: CdkStack, construct: IConstruct) => {
    const id = stack.resolve((construct.node.defaultChild as CfnElement).logicalId);
    const found = deployment.find(type, id);
    if (found === undefined) throw new Error(`${id} is not in the templates`);
    return found.name;
  };
  const { lanes, qrCodes, expiry, outcomeQueues, governor, replayer, reader, operations, campaigns } = main.pipeline;
  const { http, outcomeDeliveries, privateOutcomes } = main.pipeline;
  if (http?.authorizer === undefined || outcomeDeliveries === undefined) {
    throw new Error('the pipeline has no HTTP API with keys, or posts no outcomes');
  }
  const works = [
    ...lanes.map((lane) => [lane.name, lane.commands] as const),
    [qrLane, qrCodes.jobs] as const,
    [expiryLane, expiry.expired] as const,
    ...[...outcomeQueues, ...(privateOutcomes?.queues ?? [])].map((one) => [`${one.subject}-outcomes`, one] as const),
  ];
  const functions = [
    ...lanes.map(({ name, ...lane }) => [name, lane.linkWorker.function] as const),
    [qrLane, qrCodes.function] as const,
    [expiryLane, expiry.function] as const,
    ['expiry-intake', expiry.intake.function] as const,
    ['governor', governor] as const,
    ['replayer', replayer] as const,
    [readerLane, reader] as const,
    ['operations', operations.function] as const,
    ['campaigns-checker', campaigns.checker.function] as const,
    ['campaigns-sender', campaigns.sender] as const,
    ['http', http.function] as const,
    ['http-authorizer', http.authorizer] as const,
  ];
  const namesIn = (stack: CdkStack, { queue, deadLetters }: (typeof works)[number][1]) => ({
    queue: name('AWS::SQS::Queue', stack, queue),
    deadLetters: name('AWS::SQS::Queue', stack, deadLetters),
  });
  return {
    queues: {
      ...Object.fromEntries(works.map(([subject, work]) => [subject, namesIn(main, work)])),
      campaigns: namesIn(state, state.campaignWork),
    },
    functions: Object.fromEntries(
      functions.map(([subject, one]) => [subject, name('AWS::Lambda::Function', main, one)]),
    ),
    table: name('AWS::DynamoDB::Table', state, state.ledger),
    postedDeadLetters: name('AWS::SQS::Queue', main, outcomeDeliveries.deadLetters),
  };
}

export function stackOf({ stackName: name }: CdkStack, template: Template): Stack {
  const none = { Resources: {}, Parameters: {}, Mappings: {}, Conditions: {}, Outputs: {} };
  return { name, region: 'eu-west-1', template: { ...none, ...template.toJSON() }, assets: new Map() };
}
