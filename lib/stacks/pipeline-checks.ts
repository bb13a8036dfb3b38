import { Stack, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import * as z from 'zod';
import { accountLimitFaults } from '../config/account-api.ts';
import { accountIdentity, differentLimits, sharesFaults } from '../config/account-faults.ts';
import { type AccountSettings, accountSchema, pipelineSchema, stageSchema } from '../config/config-schema.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { httpProducersOf } from '../config/http.ts';
import { landingZoneFaults, mostServiceNameCharacters } from '../config/landing-zone.ts';
import { alarmFaults, pipelineFaults } from '../config/pipeline-faults.ts';
import { type PipelinePlan, planPipeline } from '../config/rate/pipeline-plan.ts';
import { shapeFaults } from '../config/shape-faults.ts';
import type { OneLinkPipelineProps } from './pipeline.ts';

/** The plan of a pipeline whose settings fit together. */
export type SoundPlan = PipelinePlan & {
  readonly [part in 'qr' | 'expiry' | 'reader']: NonNullable<PipelinePlan[part]>;
};

/** What the pipelines of a CDK app must not have in common, or share. */
interface Member {
  /** The path of its construct. */
  readonly path: string;
  readonly serviceName: string;
  readonly stack: Stack;
  readonly account: AccountSettings;
  readonly ledger: string;
  readonly plan: PipelinePlan;
  readonly monthlyQuotaShare: number | undefined;
}

/** The pipelines of each CDK app, by the root of its construct tree. */
const pipelinesOf = new WeakMap<IConstruct, Member[]>();

/** CloudWatch allows these characters in the names of alarms and dashboards. */
const serviceName = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z][A-Za-z0-9-]{0,${mostServiceNameCharacters - 1}}$`),
    `must be 1–${mostServiceNameCharacters} letters, digits or dashes, a letter first`,
  );

const propsSchema = z.object({
  serviceName,
  settings: pipelineSchema,
  account: accountSchema,
  stage: z.object(
    stageSchema.pick({ removalPolicy: true, logRetentionDays: true, alarms: true, aws: true, landingZone: true }).shape,
  ),
});

/**
 * Holds a pipeline against every rule of the configuration. The account's limits count once for all pipelines of the CDK app.
 *
 * @throws ConfigurationError with the construct's path and all faults at once: setting, rule, and the value given
 */
export function checkedPlan(pipeline: Construct, props: OneLinkPipelineProps): SoundPlan {
  const { path, root } = pipeline.node;
  const candidate = { ...props, stage: withKnownTopics(props.stage) };
  const parsed = propsSchema.safeParse(candidate);
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.flatMap((issue) => shapeFaults(issue, candidate)),
      path,
    );
  }
  const { settings, account, state } = props;
  const plan = planPipeline(account, settings);
  const member: Member = {
    path,
    serviceName: props.serviceName,
    stack: Stack.of(pipeline),
    account,
    ledger: state.ledger.tableName,
    plan,
    monthlyQuotaShare: settings.monthlyQuotaShare,
  };
  const others = pipelinesOf.get(root) ?? [];
  const faults = [
    ...pipelineFaults(settings, account, plan).map(([setting, message]) => `settings.${setting}: ${message}`),
    ...accountLimitFaults(account).map(([setting, message]) => `account.${setting}: ${message}`),
    ...alarmFaults(props.stage.alarms).map((fault) => `stage.${fault}`),
    ...landingZoneFaults({ ...props.stage, pipelines: [settings] }).map(
      ([path, message]) => `stage.${path}: ${message}`,
    ),
    ...stateFaults(props),
    ...others.flatMap((other) => togetherFaults(member, other)),
    ...accountFaults(member, others),
  ];
  const { qr, expiry, reader } = plan;
  if (faults.length > 0 || qr === undefined || expiry === undefined || reader === undefined) {
    throw new ConfigurationError(faults, path);
  }
  pipelinesOf.set(root, [...others, member]);
  return { plans: plan.plans, qr, expiry, reader };
}

/** A topic of the same app has an ARN that only its deployment knows. */
function withKnownTopics(stage: OneLinkPipelineProps['stage']): unknown {
  const alarms = Object.entries(stage?.alarms ?? {}).map(([name, value]) => [
    name,
    name.endsWith('TopicArn') && Token.isUnresolved(value) ? 'arn:aws:sns:region:000000000000:of-this-app' : value,
  ]);
  return { ...stage, alarms: Object.fromEntries(alarms) };
}

/** What the state lacks that these settings need. */
function stateFaults({ settings, state }: OneLinkPipelineProps): string[] {
  const remedy = 'Make the state with the same settings: new StateStack(app, …, { settings, … })';
  const keyed = httpProducersOf(settings).filter(({ keys }) => keys);
  const faults: string[] = [];
  if (keyed.length > 0 && state.httpKeys === undefined) {
    const sources = keyed.map(({ source }) => source).join(', ');
    faults.push(`state.httpKeys: must be a secret, because ${sources} may have keys; got nothing. ${remedy}`);
  }
  if (state.ledger.tableStreamArn === undefined) {
    faults.push('state.ledger: must have a stream, for the expiry intake; got a table without one');
  }
  return faults;
}

/** What two pipelines of an app may not share. */
function togetherFaults(one: Member, other: Member): string[] {
  const faults: string[] = [];
  const place = (stack: Stack) => stack.environment;
  if (one.serviceName === other.serviceName && place(one.stack) === place(other.stack)) {
    const why = 'because it names metrics and alarms';
    faults.push(
      `serviceName: must not be that of ${other.path} as well, ${why}; got ${JSON.stringify(one.serviceName)}`,
    );
  }
  if (one.stack === other.stack) {
    const why = 'because the command line finds a pipeline by the outputs of its stack';
    faults.push(`scope: must be in another stack than ${other.path}, ${why}; got ${one.stack.node.path}`);
  }
  if (one.ledger === other.ledger) {
    const remedy = 'Make a StateStack for each pipeline';
    faults.push(`state: must not be that of ${other.path} as well: two governors would steer one ledger. ${remedy}`);
  }
  return faults;
}

/** The limits of an AppsFlyer account, which all pipelines of the app share that name it. */
function accountFaults(one: Member, others: readonly Member[]): string[] {
  const identity = accountIdentity(one.account);
  const sharing = others.filter(({ account }) => accountIdentity(account) === identity);
  const different = sharing.flatMap((other) =>
    differentLimits(one.account, other.account).map((setting) => {
      const [given, there] = [one.account, other.account].map((account) =>
        JSON.stringify(Reflect.get(account, setting)),
      );
      const rule = `must be that of ${other.path} (${there ?? 'nothing'}), because both name the account ${identity}`;
      return `account.${setting}: ${rule}; got ${given ?? 'nothing'}`;
    }),
  );
  const planned = [...sharing, one].map(({ path, plan, monthlyQuotaShare }) => ({
    name: path,
    plan,
    monthlyQuotaShare,
  }));
  const shares = sharesFaults('settings', one.account, planned).map(
    (fault) =>
      `${fault}. Lower rateShare, qrRateShare, expiryRateShare, readRateShare or monthlyQuotaShare of one of them`,
  );
  return [...different, ...shares];
}
