import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type RouteTable,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { NetworkSettings } from '../../../lib/config/config-schema.ts';
import { type Check, failed, notKnown, ok, warning } from '../doctor/check.ts';
import type { Site } from './site.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

const name = 'network';
/** What functions call without the internet (docs/deploying.md, "The network"). */
const gatewayServices = ['dynamodb', 's3'];
const interfaceServices = ['sqs', 'sns', 'secretsmanager', 'lambda', 'sts', 'logs'];

/** Whether the parts of the VPC exist, belong together, and lead to AWS and AppsFlyer, as far as EC2 shows it. */
export async function checkNetwork(site: Site): Promise<Check[]> {
  const { network } = site.zone;
  if (network === undefined) return [];
  const { ec2 } = site.aws;
  const each = await Promise.all([
    unlessUnanswered(name, 'ec2:DescribeVpcs', () => checkVpc(ec2, network)),
    unlessUnanswered(name, 'ec2:DescribeSubnets', () => checkSubnets(ec2, network)),
    unlessUnanswered(name, 'ec2:DescribeSecurityGroups', () => checkGroups(ec2, network)),
  ]);
  const parts = each.flat();
  if (parts.some(({ result }) => result === 'failed')) return parts;
  const ways = await unlessUnanswered(
    name,
    'ec2:DescribeRouteTables, ec2:DescribeVpcEndpoints and ec2:DescribeVpcAttribute',
    () => checkWays(ec2, network, site.region),
  );
  const { apiProxyUrl } = network;
  if (apiProxyUrl === undefined) return [...parts, ...ways];
  const words = `whether ${apiProxyUrl} answers and lets AppsFlyer’s hosts through shows only from within the VPC`;
  return [...parts, ...ways, notKnown('proxy', words)];
}

/** EC2's errors of things that do not exist end so: `InvalidVpcID.NotFound`, `InvalidGroup.NotFound`. */
const isNotFound = (error: unknown) => error instanceof Error && error.name.endsWith('.NotFound');

async function checkVpc(ec2: EC2Client, { vpcId }: NetworkSettings): Promise<Check[]> {
  try {
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
    return Vpcs[0]?.State === 'available' ? [] : [failed(name, `${vpcId} is not available`, correct('vpcId', 'vpcs'))];
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return [failed(name, `${vpcId} does not exist in this account and region`, correct('vpcId', 'vpcs'))];
  }
}

const correct = (setting: string, kind: string) =>
  `Correct landingZone.network.${setting}. To see what there is: aws ec2 describe-${kind}`;

async function checkSubnets(ec2: EC2Client, { vpcId, subnetIds }: NetworkSettings): Promise<Check[]> {
  // A filter leaves out what does not exist. By their IDs, EC2 would name the first alone.
  const filter = [{ Name: 'subnet-id', Values: [...subnetIds] }];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: filter }));
  const checks = placeFaults(
    subnetIds.map((id) => ({ id, vpc: Subnets.find(({ SubnetId }) => SubnetId === id)?.VpcId })),
    vpcId,
    correct('subnetIds', 'subnets'),
  );
  const zones = new Set(Subnets.map((one: Subnet) => one.AvailabilityZone));
  if (checks.length === 0 && zones.size < 2) {
    const words = `all subnets are in ${[...zones].join('')}: if it fails, the pipeline stands still`;
    checks.push(warning(name, words, 'Name subnets in two availability zones in landingZone.network.subnetIds.'));
  }
  return checks;
}

async function checkGroups(ec2: EC2Client, { vpcId, securityGroupIds }: NetworkSettings): Promise<Check[]> {
  if (securityGroupIds === undefined) return [];
  const filter = [{ Name: 'group-id', Values: [...securityGroupIds] }];
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: filter }));
  const found = securityGroupIds.map((id) => ({
    id,
    vpc: SecurityGroups.find(({ GroupId }) => GroupId === id)?.VpcId,
  }));
  const checks = placeFaults(found, vpcId, correct('securityGroupIds', 'security-groups'));
  if (checks.length === 0 && SecurityGroups.every(({ IpPermissionsEgress = [] }) => IpPermissionsEgress.length === 0)) {
    const fix = `Let HTTPS out: aws ec2 authorize-security-group-egress --group-id ${securityGroupIds[0]} --protocol tcp --port 443 --cidr 0.0.0.0/0`;
    checks.push(failed(name, `${securityGroupIds.join(', ')} let nothing out`, fix));
  }
  return checks;
}

function placeFaults(found: readonly { id: string; vpc: string | undefined }[], vpcId: string, fix: string): Check[] {
  return found.flatMap(({ id, vpc }) => {
    if (vpc === vpcId) return [];
    return [failed(name, vpc === undefined ? `${id} does not exist` : `${id} is in ${vpc}, not in ${vpcId}`, fix)];
  });
}

/** How the subnets reach AWS and AppsFlyer: by endpoints, or by a route out of the VPC. */
async function checkWays(ec2: EC2Client, network: NetworkSettings, region: string): Promise<Check[]> {
  const { vpcId, subnetIds, apiProxyUrl, endpoints } = network;
  const ofVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
  const [{ RouteTables = [] }, { VpcEndpoints = [] }, dns] = await Promise.all([
    ec2.send(new DescribeRouteTablesCommand(ofVpc)),
    ec2.send(new DescribeVpcEndpointsCommand(ofVpc)),
    hasDns(ec2, vpcId),
  ]);
  const there = new Set(
    VpcEndpoints.filter(({ State }) => State?.toLowerCase() === 'available').map(
      ({ ServiceName = '' }) => ServiceName.split('.').at(-1) ?? '',
    ),
  );
  const closed = subnetIds.filter((subnet) => !leadsOut(routesOf(subnet, RouteTables)));
  const checks: Check[] = [];
  if (closed.length > 0 && apiProxyUrl === undefined) {
    const fix = 'Give their route table a default route to a NAT gateway, or set landingZone.network.apiProxyUrl.';
    checks.push(failed(name, `${closed.join(', ')} have no way to AppsFlyer: no default route and no proxy`, fix));
  }
  const needed = [...gatewayServices, ...interfaceServices];
  if (endpoints !== undefined) {
    const taken = interfaceServices.filter((service) => there.has(service));
    if (taken.length > 0) {
      const fix = 'Delete them, or leave out landingZone.network.endpoints and make the others beside the app.';
      checks.push(failed(name, `${vpcId} has endpoints that the stack would make: ${taken.join(', ')}`, fix));
    }
    const unknown = endpoints.routeTableIds.filter((id) => !RouteTables.some((one) => one.RouteTableId === id));
    if (unknown.length > 0) {
      checks.push(
        failed(name, `${vpcId} has no ${unknown.join(', ')}`, correct('endpoints.routeTableIds', 'route-tables')),
      );
    }
  } else if (closed.length > 0) {
    const lacking = needed.filter((service) => !there.has(service));
    if (lacking.length > 0) {
      const fix = `Set landingZone.network.endpoints, or make them: com.amazonaws.${region}.${lacking[0]} and so on.`;
      checks.push(
        failed(
          name,
          `${closed.join(', ')} have no way to AWS: no default route, and no endpoint of ${lacking.join(', ')}`,
          fix,
        ),
      );
    }
  }
  if (!dns && (endpoints !== undefined || interfaceServices.some((service) => there.has(service)))) {
    const fix = `aws ec2 modify-vpc-attribute --vpc-id ${vpcId} --enable-dns-support, then again with --enable-dns-hostnames`;
    checks.push(
      failed(name, `${vpcId} has no DNS support or DNS host names, which private DNS of endpoints needs`, fix),
    );
  }
  if (checks.length > 0) return checks;
  const words = `${vpcId}: subnets${network.securityGroupIds === undefined ? '' : ' and groups'} exist, with a way to AWS and AppsFlyer; rules of groups, network ACLs and firewalls are not checked`;
  return [ok(name, words)];
}

async function hasDns(ec2: EC2Client, VpcId: string): Promise<boolean> {
  const [support, names] = await Promise.all([
    ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsSupport' })),
    ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' })),
  ]);
  return support.EnableDnsSupport?.Value === true && names.EnableDnsHostnames?.Value === true;
}

/** The routes of a subnet: of its own route table, or of the VPC's main one. */
function routesOf(subnet: string, tables: readonly RouteTable[]) {
  const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet));
  const main = tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true));
  return (own ?? main)?.Routes ?? [];
}

/**
 * An internet gateway is no way: a function in a VPC has no public address (Lambda developer guide, "Enable internet access for
 * VPC-connected Lambda functions").
 */
const leadsOut = (routes: ReturnType<typeof routesOf>) =>
  routes.some(
    (route) =>
      route.DestinationCidrBlock === '0.0.0.0/0' && route.State !== 'blackhole' && !route.GatewayId?.startsWith('igw-'),
  );
