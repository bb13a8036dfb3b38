import type { LandingZone, PipelineSettings, StageSettings } from './config-schema.ts';
import { arnOf } from './principals.ts';
import { got } from './shape-faults.ts';

type Stage = Pick<StageSettings, 'aws' | 'landingZone' | 'alarms'> & {
  readonly pipelines: readonly Pick<PipelineSettings, 'producers'>[];
};
type Fault = [path: string, message: string];

/** The name of a pipeline's stack: it is also the start of the names of its alarms, and its `service` in metrics. */
export const serviceNameOf = (
  stageName: string,
  { landingZone }: Pick<StageSettings, 'landingZone'>,
  { name }: Pick<PipelineSettings, 'name'>,
) => `${landingZone?.namePrefix ?? ''}${name}-${stageName}`;

/** CloudWatch's names of alarms and dashboards have room for these, beside what the pipeline adds. */
export const mostServiceNameCharacters = 61;

/** The starts of names that Systems Manager keeps for AWS's own documents (CreateDocument, "Name"). */
export const reservedForDocuments = /^(aws|amazon|amzn)/i;

/** A name that cannot stand together with the prefix and its stage: path within the pipeline, rule, value, remedy. */
export function serviceNameFaults(
  stageName: string,
  stage: Pick<StageSettings, 'landingZone'>,
  { name }: Pick<PipelineSettings, 'name'>,
): Fault[] {
  const whole = serviceNameOf(stageName, stage, { name });
  const { namePrefix = '', documents = true } = stage.landingZone ?? {};
  if (documents && reservedForDocuments.test(whole)) {
    const remedy = 'Choose another, or set landingZone.documents to false';
    // The prefix is in the error if the whole name begins with it.
    const rule = `must not begin the name ${whole} with aws, amazon or amzn, which Systems Manager keeps for AWS. ${remedy}`;
    return [
      [
        'name',
        namePrefix === ''
          ? `${rule}; ${got(name)}`
          : `${rule}; got the landingZone.namePrefix ${JSON.stringify(namePrefix)}`,
      ],
    ];
  }
  const beyond = whole.length - mostServiceNameCharacters;
  if (beyond <= 0) return [];
  const rule = `must be ${beyond} characters shorter, or landingZone.namePrefix: ${whole} may have ${mostServiceNameCharacters}`;
  return [['name', `${rule}; ${got(name)}`]];
}

/** Regions by the start of their name. All others are in the partition `aws`. */
const partitions: readonly (readonly [start: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso', 'aws-iso'],
  ['eu-iso', 'aws-iso'],
];

/** The partition of a region: the second part of its ARNs. */
export const partitionOf = (region: string) => partitions.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';

/** The others have no way to the internet, or other host names than the functions know. */
const supportedPartitions = ['aws', 'aws-us-gov', 'aws-cn'];

/** Every region has x86_64. In the partitions of governments and China, AWS does not list arm64 for each region. */
export const architectureOf = ({ aws, landingZone }: Pick<StageSettings, 'aws' | 'landingZone'>) =>
  landingZone?.architecture ?? (aws === undefined || partitionOf(aws.region) === 'aws' ? 'arm64' : 'x86_64');

interface Arn {
  partition: string;
  region: string;
  account: string;
}

function readArn(arn: string): Arn {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
}

/** What of a stage's AWS account, region and landing zone cannot work together: path within the stage, rule, value, remedy. */
export function landingZoneFaults(stage: Stage): Fault[] {
  const { aws, landingZone: zone = {} } = stage;
  return aws === undefined ? homelessFaults(zone) : [...placeFaults(aws.region, stage), ...zoneFaults(aws, stage)];
}

/** Settings that name a place of AWS need the stage's own. */
function homelessFaults(zone: LandingZone): Fault[] {
  const { key, ...others } = zone;
  const placed = { ...others, ...(key !== 'own' && { key }) };
  return (['key', 'network', 'linkIdSecretReplica', 'permissionsBoundary'] as const)
    .filter((name) => placed[name] !== undefined)
    .map((name) => [`landingZone.${name}`, 'needs the AWS account and region of the stage: set `aws`; got none']);
}

/** Whether the pipeline can run in the region at all. */
function placeFaults(region: string, { alarms, pipelines }: Stage): Fault[] {
  const partition = partitionOf(region);
  if (!supportedPartitions.includes(partition)) {
    const rule = `must be a region of the partitions ${supportedPartitions.join(', ')}, not of ${partition}`;
    return [['aws.region', `${rule}; ${got(region)}`]];
  }
  const topics = (['pageTopicArn', 'ticketTopicArn'] as const).flatMap((name): Fault[] => {
    const arn = alarms[name];
    if (arn === undefined || readArn(arn).region === region) return [];
    return [
      [`alarms.${name}`, `must be a topic in ${region}, because an alarm notifies only its own region; ${got(arn)}`],
    ];
  });
  const principals = pipelines.flatMap(({ producers }, index) =>
    producers.flatMap((producer, place) =>
      producer.principals.flatMap((principal, number): Fault[] => {
        if ('account' in principal) return [];
        const arn = 'service' in principal ? principal.sourceArn : arnOf(principal);
        const path = `pipelines[${index}].producers[${place}].principals[${number}]`;
        const rule = `must be of the partition ${partition}, as ${region} is`;
        return readArn(arn).partition === partition ? [] : [[path, `${rule}; ${got(arn)}`]];
      }),
    ),
  );
  return [...topics, ...principals];
}

function zoneFaults(
  { account, region }: NonNullable<Stage['aws']>,
  { landingZone: zone = {}, pipelines }: Stage,
): Fault[] {
  const faults: Fault[] = [];
  const { permissionsBoundary, key, linkIdSecretReplica: replica, network } = zone;
  const partition = partitionOf(region);
  if (permissionsBoundary !== undefined) {
    const of = readArn(permissionsBoundary);
    if (of.partition !== partition || ![account, 'aws'].includes(of.account)) {
      const rule = `must be a policy of the stage’s AWS account: arn:${partition}:iam::${account}:policy/…`;
      faults.push(['landingZone.permissionsBoundary', `${rule}; ${got(permissionsBoundary)}`]);
    }
  }
  if (key !== undefined && key !== 'own' && readArn(key).region !== region) {
    faults.push(['landingZone.key', `must be a key in ${region}, the region of what it encrypts; ${got(key)}`]);
  }
  if (replica !== undefined) faults.push(...replicaFaults(replica, region, key !== undefined));
  if (network?.endpoints !== undefined && pipelines.length > 1) {
    const rule =
      'must be left out if a stage has several pipelines, because a VPC has each endpoint once. Make them beside the app';
    faults.push(['landingZone.network.endpoints', `${rule}; got ${pipelines.length} pipelines`]);
  }
  return faults;
}

function replicaFaults(
  replica: NonNullable<LandingZone['linkIdSecretReplica']>,
  region: string,
  isKeyed: boolean,
): Fault[] {
  const at = 'landingZone.linkIdSecretReplica';
  if (replica.region === region) return [[`${at}.region`, `must be another region than the stage’s; ${got(region)}`]];
  if (partitionOf(replica.region) !== partitionOf(region)) {
    return [
      [`${at}.region`, `must be in the partition ${partitionOf(region)}, as ${region} is; ${got(replica.region)}`],
    ];
  }
  if (replica.keyArn === undefined) {
    const rule = `must be a key in ${replica.region}, because landingZone.key encrypts nothing there`;
    return isKeyed ? [[`${at}.keyArn`, `${rule}; got nothing`]] : [];
  }
  if (readArn(replica.keyArn).region === replica.region) return [];
  return [[`${at}.keyArn`, `must be a key in ${replica.region}; ${got(replica.keyArn)}`]];
}

/** Stages that would make the same endpoints of a VPC: path and message. */
export function sharedEndpointFaults(stages: Readonly<Record<string, Pick<StageSettings, 'landingZone'>>>): Fault[] {
  const made = new Map<string, string>();
  return Object.entries(stages).flatMap(([name, { landingZone }]): Fault[] => {
    const network = landingZone?.network;
    if (network?.endpoints === undefined) return [];
    const first = made.get(network.vpcId);
    made.set(network.vpcId, first ?? name);
    if (first === undefined) return [];
    const rule = `must be left out, because the stage ${first} makes the endpoints of this VPC, which has each once`;
    return [[`stages.${name}.landingZone.network.endpoints`, `${rule}; ${got(network.vpcId)}`]];
  });
}
