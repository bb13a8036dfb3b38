import { describe, expect, test } from 'vitest';
import type { LandingZone } from '../../../../../lib/config/config-schema.ts';
import { inZone, strictZone } from '../../../../stack/strict-stage.ts';
import type { Answers } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('the network', () => {
  const vpcId = 'vpc-0123456789abcdef0';
  const [one, two] = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
  const network = { vpcId, subnetIds: [one, two] } as const;
  const zone: LandingZone = { network: { ...network, subnetIds: [...network.subnetIds] } };
  const subnet = (id: string, az: string, vpc = vpcId) =>
    `<item><subnetId>${id}</subnetId><vpcId>${vpc}</vpcId><availabilityZone>${az}</availabilityZone></item>`;
  const subnets = (...items: string[]) => ({ xml: `<subnetSet>${items.join('')}</subnetSet>` });
  const route = (target: string) =>
    `<routeTableSet><item><routeTableId>rtb-0123456789abcdef0</routeTableId><associationSet><item><main>true</main></item></associationSet><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>${target}<state>active</state></item></routeSet></item></routeTableSet>`;
  const nat = { xml: route('<natGatewayId>nat-1</natGatewayId>') };
  const given: Answers = {
    DescribeVpcs: { xml: `<vpcSet><item><vpcId>${vpcId}</vpcId><state>available</state></item></vpcSet>` },
    DescribeSubnets: subnets(subnet(one, 'eu-central-1a'), subnet(two, 'eu-central-1b')),
    DescribeRouteTables: nat,
    DescribeVpcEndpoints: { xml: '<vpcEndpointSet/>' },
    DescribeVpcAttribute: ({ Attribute }) => ({
      xml: `<${Attribute}><value>true</value></${Attribute}>`,
    }),
  };
  const check = async (answers: Answers, settings: LandingZone = zone) =>
    briefly(await found({ ...given, ...answers }, inZone(settings)), 'network').map(([result, words]) => [
      result,
      words,
    ]);

  test('with a NAT gateway is in order, and names what it does not check', async () => {
    expect(await check({})).toEqual([
      [
        'ok',
        `${vpcId}: subnets exist, with a way to AWS and AppsFlyer; rules of groups, network ACLs and firewalls are not checked`,
      ],
    ]);
  });

  test.each<[string, Answers, string]>([
    [
      'a VPC that does not exist',
      { DescribeVpcs: { error: [400, 'InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`] } },
      `${vpcId} does not exist in this account and region`,
    ],
    ['a missing subnet', { DescribeSubnets: subnets(subnet(one, 'eu-central-1a')) }, `${two} does not exist`],
    [
      'a subnet of another VPC',
      { DescribeSubnets: subnets(subnet(one, 'eu-central-1a'), subnet(two, 'eu-central-1b', 'vpc-other')) },
      `${two} is in vpc-other, not in ${vpcId}`,
    ],
    [
      'a route to an internet gateway alone',
      { DescribeRouteTables: { xml: route('<gatewayId>igw-1</gatewayId>') } },
      `${one}, ${two} have no way to AppsFlyer: no default route and no proxy`,
    ],
  ])('with %s fails', async (_, answers, words) => {
    expect(await check(answers)).toContainEqual(['failed', words]);
  });

  test('with endpoints that the stack would make again fails', async () => {
    const DescribeVpcEndpoints = {
      xml: '<vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId><serviceName>com.amazonaws.eu-central-1.sqs</serviceName><state>available</state></item></vpcEndpointSet>',
    };
    expect(await check({ DescribeVpcEndpoints }, { network: strictZone.network })).toContainEqual([
      'failed',
      `${vpcId} has endpoints that the stack would make: sqs`,
    ]);
  });
});
