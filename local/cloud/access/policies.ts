import { z } from 'zod';
import type { Deployment } from '../assembly/deployment.ts';
import type { NoticeBoard } from '../notices.ts';
import type { PolicyDocument } from './caller.ts';
import { executeApiArn, withWholeArns } from './execute-api.ts';

export const policyDocument = z.looseObject({
  Id: z.string().optional(),
  Version: z.string().optional(),
  Statement: z.unknown(),
});
/** The properties of `AWS::IAM::Role` that are implemented. */
export const roleProperties = z.looseObject({
  Policies: z.array(z.looseObject({ PolicyDocument: policyDocument })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  RoleName: z.string().optional(),
});
/** The properties of policies attached to roles that are implemented. */
export const attachedPolicyProperties = z.looseObject({
  PolicyDocument: policyDocument,
  Roles: z.array(z.string()).default([]),
});
export const permissionProperties = z.looseObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

/** AWS's own policies that the CDK attaches to functions' roles. */
const managedByAws: Readonly<Record<string, PolicyDocument>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  },
};

/** The policies of a role, by its ARN: inline, attached, and managed. */
export function identityPolicies(deployment: Deployment, notices: NoticeBoard): (roleArn: string) => PolicyDocument[] {
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    deployment
      .resources(type)
      .map((resource) => ({ resource, ...deployment.properties(resource, attachedPolicyProperties) })),
  );
  return (roleArn) => {
    const role = deployment.find('AWS::IAM::Role', roleArn);
    if (role === undefined) {
      notices.add('warning', 'AWS::IAM::Role', 'the permissions of a role outside these stacks are not known', roleArn);
      return [];
    }
    const { Policies, ManagedPolicyArns } = deployment.properties(role, roleProperties);
    const managed = ManagedPolicyArns.flatMap((arn) => {
      const found = managedByAws[arn] ?? policies.find(({ resource }) => resource.arn === arn)?.PolicyDocument;
      if (found === undefined) {
        const where = `${role.stack}/${role.logicalId}`;
        notices.add('warning', 'AWS::IAM::Role.ManagedPolicyArns', `the permissions of ${arn} are not known`, where);
      }
      return found ?? [];
    });
    const named = policies.filter(({ Roles }) => Roles.includes(role.name));
    return [...[...Policies, ...named].map(({ PolicyDocument }) => PolicyDocument), ...managed];
  };
}

/** The types that attach a policy to resources, and where they name the resources. */
const resourcePolicyTypes: readonly (readonly [
  type: string,
  documentName: string,
  resourceNames: string,
  of: string,
])[] = [
  ['AWS::SQS::QueuePolicy', 'PolicyDocument', 'Queues', 'AWS::SQS::Queue'],
  ['AWS::SNS::TopicPolicy', 'PolicyDocument', 'Topics', 'AWS::SNS::Topic'],
  ['AWS::S3::BucketPolicy', 'PolicyDocument', 'Bucket', 'AWS::S3::Bucket'],
  ['AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy', 'SecretId', 'AWS::SecretsManager::Secret'],
];

/** The policies of a deployment's resources, by ARN: of queues, topics, buckets, secrets, keys, APIs and functions. */
export function resourcePolicies(deployment: Deployment): ReadonlyMap<string, PolicyDocument> {
  const statements = new Map<string, unknown[]>();
  const add = (arn: string, statement: unknown) => {
    statements.set(arn, [...(statements.get(arn) ?? []), statement].flat());
  };
  for (const [type, documentName, resourceNames, of] of resourcePolicyTypes) {
    const schema = z.looseObject({
      [documentName]: policyDocument,
      [resourceNames]: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
    });
    const targets = deployment.resources(of);
    for (const resource of deployment.resources(type)) {
      const properties = deployment.properties(resource, schema);
      for (const ref of properties[resourceNames] as string[]) {
        const target = targets.find((one) => [one.ref, one.name, one.arn].includes(ref));
        if (target !== undefined) add(target.arn, (properties[documentName] as PolicyDocument).Statement);
      }
    }
  }
  for (const { arn } of deployment.resources('AWS::SNS::Topic')) {
    if (!statements.has(arn)) add(arn, ofNewTopic(arn, deployment.place.accountId));
  }
  for (const resource of deployment.resources('AWS::KMS::Key')) {
    const { KeyPolicy } = deployment.properties(resource, z.looseObject({ KeyPolicy: policyDocument.optional() }));
    if (KeyPolicy !== undefined) add(resource.arn, KeyPolicy.Statement);
  }
  for (const resource of deployment.resources('AWS::ApiGateway::RestApi')) {
    const { Policy } = deployment.properties(resource, z.looseObject({ Policy: policyDocument.optional() }));
    const arn = executeApiArn(resource.ref, deployment.place);
    if (Policy !== undefined) add(arn, withWholeArns(Policy.Statement, arn));
  }
  for (const resource of deployment.resources('AWS::Lambda::Permission')) {
    const permission = deployment.properties(resource, permissionProperties);
    // An alias has a policy of its own.
    const target =
      deployment.find('AWS::Lambda::Function', permission.FunctionName) ??
      deployment.find('AWS::Lambda::Alias', permission.FunctionName);
    if (target !== undefined) add(target.arn, statementOf(permission, target.arn));
  }
  return new Map([...statements].map(([arn, Statement]) => [arn, { Version: '2012-10-17', Statement }]));
}

/**
 * The policy of a topic that the template gives none: all of its account may publish, alarms among them. SNS writes it
 * with `aws:SourceOwner`, a key of its own for the account.
 */
function ofNewTopic(Resource: string, account: string): unknown {
  const Condition = { StringEquals: { 'aws:SourceAccount': account } };
  return { Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource, Condition };
}

/** What Lambda adds to a function's policy for a permission. */
function statementOf(
  { Action, Principal, SourceArn, SourceAccount }: z.infer<typeof permissionProperties>,
  Resource: string,
): unknown {
  const Condition = {
    ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
    ...(SourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
  };
  const isService = Principal.endsWith('.amazonaws.com');
  return {
    Effect: 'Allow',
    Action,
    Resource,
    Principal: isService ? { Service: Principal } : { AWS: Principal },
    ...(Object.keys(Condition).length > 0 && { Condition }),
  };
}

/** A policy's statements, as a list. */
export function statementsOf({ Statement }: PolicyDocument): readonly Statement[] {
  return [Statement].flat() as Statement[];
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
