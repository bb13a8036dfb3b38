import {
  CfnSecurityGroup,
  CfnVPCEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
} from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { NetworkSettings } from '../config/config-schema.ts';

/** Where functions run. */
export interface FunctionNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** For calls to the OneLink API. */
  readonly apiProxyUrl?: string | undefined;
}

/**
 * What functions call by an interface endpoint. The event source mappings, the logs of functions and their metrics go through
 * Lambda itself. CloudWatch Logs is for the audit log, STS and Systems Manager for the proof of who acts.
 */
const interfaceServices = {
  Sqs: InterfaceVpcEndpointAwsService.SQS,
  Sns: InterfaceVpcEndpointAwsService.SNS,
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Lambda: InterfaceVpcEndpointAwsService.LAMBDA,
  Sts: InterfaceVpcEndpointAwsService.STS,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Ssm: InterfaceVpcEndpointAwsService.SSM,
};
const gatewayServices = { DynamoDb: GatewayVpcEndpointAwsService.DYNAMODB, S3: GatewayVpcEndpointAwsService.S3 };

const https = 443;

/**
 * Makes what the settings leave to the app: a security group for the functions, and endpoints of the VPC.
 *
 * @param hasDocuments whether the stack has SSM documents. Without them, no function calls Systems Manager.
 */
export function joinNetwork(scope: Construct, settings: NetworkSettings, hasDocuments: boolean): FunctionNetwork {
  const { subnetIds, apiProxyUrl, endpoints, vpcId } = settings;
  const securityGroupIds = settings.securityGroupIds ?? [functionsGroup(scope, settings).ref];
  if (endpoints !== undefined) {
    const group = new CfnSecurityGroup(scope, 'EndpointsGroup', {
      groupDescription: 'Lets the functions of the pipeline reach the endpoints',
      vpcId,
      securityGroupIngress: securityGroupIds.map((sourceSecurityGroupId) => ({
        ipProtocol: 'tcp',
        fromPort: https,
        toPort: https,
        sourceSecurityGroupId,
        description: 'HTTPS of the functions',
      })),
    });
    for (const [id, { name }] of Object.entries(interfaceServices)) {
      if (id === 'Ssm' && !hasDocuments) continue;
      new CfnVPCEndpoint(scope, id, {
        vpcEndpointType: 'Interface',
        serviceName: name,
        vpcId,
        subnetIds,
        securityGroupIds: [group.ref],
        privateDnsEnabled: true,
      });
    }
    for (const [id, { name }] of Object.entries(gatewayServices)) {
      const { routeTableIds } = endpoints;
      new CfnVPCEndpoint(scope, id, { vpcEndpointType: 'Gateway', serviceName: name, vpcId, routeTableIds });
    }
  }
  return { subnetIds, securityGroupIds, apiProxyUrl };
}

function functionsGroup(scope: Construct, { vpcId, apiProxyUrl }: NetworkSettings): CfnSecurityGroup {
  const proxyPort = apiProxyUrl === undefined ? https : Number(new URL(apiProxyUrl).port || 80);
  const out = (port: number, description: string) => ({
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
    cidrIp: '0.0.0.0/0',
    description,
  });
  return new CfnSecurityGroup(scope, 'FunctionsGroup', {
    groupDescription: 'The functions of the pipeline. Nothing comes in.',
    vpcId,
    securityGroupEgress: [
      out(https, 'AWS, and the OneLink API'),
      ...(proxyPort === https ? [] : [out(proxyPort, 'The proxy to the OneLink API')]),
    ],
  });
}

const interfaceActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Lambda makes network interfaces with the role of the function. The function's own code may not (Lambda developer guide,
 * "Giving Lambda functions access to resources in an Amazon VPC").
 */
export const networkInterfaces = (): PolicyStatement[] => [
  new PolicyStatement({ effect: Effect.ALLOW, actions: interfaceActions, resources: ['*'] }),
  new PolicyStatement({
    effect: Effect.DENY,
    actions: interfaceActions,
    resources: ['*'],
    // Only calls of a function's code have it.
    conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
  }),
];
