import { readFileSync, writeFileSync } from 'node:fs';
import { Authorizer, type JudgedCall } from '../../local/cloud/access/authorizer.ts';
import { anonymous, serviceOf } from '../../local/cloud/access/caller.ts';
import { accessKeyOf, callersOf } from '../../local/cloud/access/callers.ts';
import {
  permissionProperties,
  resourcePolicies,
  type Statement,
  statementsOf,
} from '../../local/cloud/access/policies.ts';
import { Deployment, type Resource } from '../../local/cloud/assembly/deployment.ts';
import { readAssembly, type Stack } from '../../local/cloud/assembly/read-assembly.ts';
import { NoticeBoard } from '../../local/cloud/notices.ts';
import { ruleProperties } from '../../local/cloud/schedules/schedules.ts';
import { bucketProperties } from '../../local/cloud/storage/buckets.ts';
import { subscriptionProperties } from '../../local/cloud/storage/topics.ts';

/**
 * A call of a story, in names of its own: logical IDs without the hash. The lanes are one: `{lane}`. Objects have only
 * the first part of their key.
 */
export interface RecordedCall {
  /** The name of a function, or a service. */
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
}

const file = new URL('recorded-calls.json', import.meta.url);

/** The calls of each story, as `RECORD_CALLS=1` wrote them. */
export function recordedCalls(): Readonly<Record<string, readonly string[]>> {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** `caller action resource`: none of them has a space. */
export const wordsOf = ({ caller, action, resource }: RecordedCall) => `${caller} ${action} ${resource}`;

export function callIn(words: string): RecordedCall {
  const [caller = '', action = '', resource = ''] = words.split(' ');
  return { caller, action, resource };
}

/** A deployment without its bundles: for its names and policies. */
export async function deploymentIn(assemblyDirectory: string, stackName: string): Promise<Deployment> {
  return deploymentOf(await readAssembly(assemblyDirectory, [`${stackName}-State`, stackName]));
}

export function deploymentOf(stacks: readonly Stack[]): Deployment {
  const region = stacks.find((stack) => stack.region !== undefined)?.region ?? 'us-east-1';
  const place = { region, accountId: '000000000000', queueEndpoint: 'http://127.0.0.1' };
  return new Deployment(stacks, place, new NoticeBoard(() => {}));
}

/** The names of a deployment's resources by ARN, and back. */
export class ResourceNames {
  readonly #resources: readonly { readonly path: string; readonly resource: Resource }[];
  readonly #lanes: readonly string[];

  /** @param lanes their names in constructs: `Campaign` */
  constructor(deployment: Deployment, lanes: readonly string[]) {
    this.#resources = deployment.resources().map((resource) => ({
      path: resource.logicalId.replace(/^Pipeline|[0-9A-F]{8}$/g, ''),
      resource,
    }));
    this.#lanes = lanes;
  }

  /** The name of what an ARN, or a policy's pattern of ARNs, names. */
  of(arn: string): string {
    const exact = this.#resources.find(({ resource }) => resource.arn === arn || `${resource.arn}:*` === arn);
    if (exact !== undefined) return this.#anyLane(exact);
    const { path, resource } =
      this.#resources.find(({ resource: { type, arn: of, attributes } }) => {
        if (type === 'AWS::S3::Bucket') return arn.startsWith(`${of}/`);
        if (type === 'AWS::Logs::LogGroup') return arn.startsWith(of.slice(0, -1));
        return attributes.StreamArn === arn;
      }) ?? {};
    if (path === undefined || resource === undefined) return arn;
    if (resource.type === 'AWS::DynamoDB::Table') return `${path}:stream`;
    if (resource.type === 'AWS::Logs::LogGroup') return this.#anyLane({ path, resource });
    const [first = '', second = ''] = arn.slice(resource.arn.length + 1).split('/');
    // Lambda puts a batch that failed for good under a folder of its own.
    return `${path}/${first === 'aws' ? `${first}/${second}` : first}/*`;
  }

  /** The ARN of a name, in a lane. Of objects, that of one. */
  arnOf(name: string, lane: string): string {
    const path = name.replace('{lane}', lane);
    const exact = this.#resources.find((one) => one.path === path)?.resource;
    if (exact?.type === 'AWS::Logs::LogGroup') return `${exact.arn.slice(0, -1)}log-stream:one`;
    if (exact !== undefined) return exact.arn;
    const table = this.#resources.find((one) => `${one.path}:stream` === path)?.resource;
    if (table !== undefined) return table.attributes.StreamArn ?? '';
    const bucket = this.#resources.find(
      (one) => path.startsWith(`${one.path}/`) && one.resource.type === 'AWS::S3::Bucket',
    );
    if (bucket === undefined) return path;
    return `${bucket.resource.arn}${path.slice(bucket.path.length).replace('*', 'one')}`;
  }

  #anyLane({ path, resource }: { path: string; resource: Resource }): string {
    // `CampaignsChecker` is no part of the lane Campaign, and no resource of the state stack is.
    const isOf = (one: string) => resource.logicalId.startsWith('Pipeline') && /^[A-Z]/.test(path.slice(one.length));
    const lane = this.#lanes.find((one) => path.startsWith(one) && isOf(one));
    return lane === undefined ? path : `{lane}${path.slice(lane.length)}`;
  }
}

/** The calls of functions and services, sorted. Those of operators, producers and anybody are left out. */
export function callsOfFunctions(
  calls: readonly JudgedCall[],
  deployment: Deployment,
  lanes: readonly string[],
): RecordedCall[] {
  const names = new ResourceNames(deployment, lanes);
  const found = calls.flatMap(({ caller, action, resource }): RecordedCall[] => {
    if (caller.arn === anonymous.arn) return [];
    const recorded = { action, resource: names.of(resource) };
    if (!caller.arn.startsWith('arn:')) return [{ caller: caller.arn, ...recorded }];
    const functionName = /:assumed-role\/[^/]+\/(.+)$/.exec(caller.arn)?.[1];
    const target = functionName === undefined ? undefined : deployment.find('AWS::Lambda::Function', functionName);
    return target === undefined ? [] : [{ caller: names.of(target.arn), ...recorded }];
  });
  return [...new Map(found.map((call) => [wordsOf(call), call])).values()].sort((one, other) =>
    wordsOf(one) < wordsOf(other) ? -1 : 1,
  );
}

/**
 * Compares the calls of a story with the record. With `RECORD_CALLS=1` it writes them into the record first.
 * @returns those that no story has recorded, and those that this story has recorded and did not make
 */
export function comparedWithRecord(
  story: string,
  made: readonly RecordedCall[],
): { unrecorded: string[]; missed: string[] } {
  const words = made.map(wordsOf);
  if (process.env.RECORD_CALLS === '1') {
    writeFileSync(file, `${JSON.stringify({ ...recordedCalls(), [story]: words }, null, 2)}\n`);
  }
  const record = recordedCalls();
  const all = new Set(Object.values(record).flat());
  return {
    unrecorded: words.filter((one) => !all.has(one)),
    missed: (record[story] ?? []).filter((one) => !words.includes(one)),
  };
}

/**
 * Judges recorded calls by the policies of a deployment, in each lane.
 * @returns those that it refuses
 */
export async function refusedIn(
  deployment: Deployment,
  lanes: readonly string[],
  calls: readonly RecordedCall[],
): Promise<string[]> {
  const names = new ResourceNames(deployment, lanes);
  const callers = callersOf(deployment, {}, new NoticeBoard(() => {}));
  const authorizer = new Authorizer(callers, resourcePolicies(deployment));
  const refused = new Set<string>();
  for (const recorded of calls) {
    const words = wordsOf(recorded);
    for (const lane of words.includes('{lane}') ? lanes : ['']) {
      const resource = names.arnOf(recorded.resource, lane);
      const target = deployment.find('AWS::Lambda::Function', names.arnOf(recorded.caller, lane));
      const caller =
        target === undefined
          ? serviceOf(recorded.caller, sourceOf(recorded.caller, resource, deployment))
          : authorizer.callerOf(accessKeyOf(target.name));
      if (!(await authorizer.permits(caller, { action: recorded.action, resource }))) refused.add(words);
    }
  }
  return [...refused];
}

/** What a service acts for: the rule that invokes a function, the topic or bucket that sends to a queue, any alarm. */
function sourceOf(service: string, resource: string, deployment: Deployment): string | undefined {
  if (service === 'cloudwatch.amazonaws.com') return deployment.resources('AWS::CloudWatch::Alarm')[0]?.arn;
  if (service === 'apigateway.amazonaws.com') {
    const permissions = deployment
      .resources('AWS::Lambda::Permission')
      .map((one) => deployment.properties(one, permissionProperties));
    const ofFunction = permissions.filter(
      ({ FunctionName }) => deployment.find('AWS::Lambda::Function', FunctionName)?.arn === resource,
    );
    // A pattern stands for a method: it matches itself.
    return ofFunction.find(({ Principal }) => Principal === service)?.SourceArn;
  }
  if (service === 's3.amazonaws.com') {
    return deployment.resources('AWS::S3::Bucket').find((bucket) => {
      const { QueueConfigurations = [] } =
        deployment.properties(bucket, bucketProperties).NotificationConfiguration ?? {};
      return QueueConfigurations.some(({ Queue }) => Queue === resource);
    })?.arn;
  }
  if (service === 'sns.amazonaws.com') {
    return deployment
      .resources('AWS::SNS::Subscription')
      .map((subscription) => deployment.properties(subscription, subscriptionProperties))
      .find(({ Endpoint }) => Endpoint === resource)?.TopicArn;
  }
  return deployment
    .resources('AWS::Events::Rule')
    .find((rule) => deployment.properties(rule, ruleProperties).Targets.some(({ Arn }) => Arn === resource))?.arn;
}

/**
 * What the template permits, once: each action on each resource, for each function, and for what resources' policies
 * name. A deployment can add to it only by its configuration's producers.
 */
export function grantsIn(deployment: Deployment, lanes: readonly string[]): RecordedCall[] {
  const names = new ResourceNames(deployment, lanes);
  const callers = callersOf(deployment, {}, new NoticeBoard(() => {}));
  const ofFunctions = deployment
    .resources('AWS::Lambda::Function')
    .flatMap(({ arn, name }) =>
      (callers[accessKeyOf(name)]?.policies ?? [])
        .flatMap(statementsOf)
        .flatMap((statement) => grantsOf(names.of(arn), statement, names)),
    );
  const ofResources = [...resourcePolicies(deployment).values()].flatMap(statementsOf).flatMap((statement) => {
    const { Principal } = statement as { Principal?: string | Readonly<Record<string, string | readonly string[]>> };
    const principals = typeof Principal === 'object' ? Object.values(Principal).flat() : [Principal ?? ''];
    return principals.flatMap((principal) => grantsOf(principal, statement, names));
  });
  const grants = [...ofFunctions, ...ofResources];
  return [...new Map(grants.map((grant) => [wordsOf(grant), grant])).values()];
}

function grantsOf(
  caller: string,
  { Effect, Action = [], Resource = [] }: Statement,
  names: ResourceNames,
): RecordedCall[] {
  if (Effect !== 'Allow') return [];
  return [Action]
    .flat()
    .flatMap((action) => [Resource].flat().map((resource) => ({ caller, action, resource: names.of(resource) })));
}
