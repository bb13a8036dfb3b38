import { fingerprint, roleIdOf } from '../assembly/identities.ts';
import { localAccountId } from '../endpoints.ts';

/** An IAM policy, as JSON. */
export interface PolicyDocument {
  readonly Version?: string | undefined;
  readonly Statement: unknown;
}

/** What an access key stands for. */
export interface Caller {
  /** As STS's GetCallerIdentity returns it. For a service, its name, such as `events.amazonaws.com`. */
  readonly arn: string;
  /** As policies name it: for a role's session, the ARN of the role. */
  readonly principal: string;
  /** STS's `UserId`. SQS calls it `SenderId`: `AIDA…`, or `AROA…:session` for a role. */
  readonly senderId: string;
  /** Its identity policies. */
  readonly policies: readonly PolicyDocument[];
  /** For a service: the ARN of what it acts for, such as a rule. */
  readonly sourceArn?: string;
}

/** The callers of a deployment, by access key ID. */
export type Callers = Readonly<Record<string, Caller>>;

/** The policy of an administrator, or of an account that leaves the decision to the resource's policy. */
export const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** The caller of a user. Its ID follows from the ARN if it is not given. */
export function userOf(
  arn: string,
  policies: readonly PolicyDocument[] = [],
  id = `AIDA${fingerprint(arn, 17)}`,
): Caller {
  return { arn, principal: arn, senderId: id, policies };
}

/** The caller of a role, in a session of this name. The role's ID follows from the ARN if it is not given. */
export function sessionOf(
  roleArn: string,
  session: string,
  policies: readonly PolicyDocument[] = [],
  id = roleIdOf(roleArn),
): Caller {
  const [, , , , account = '', resource = ''] = roleArn.split(':');
  // STS shows a role without its path.
  const name = resource.split('/').at(-1);
  const arn = `arn:aws:sts::${account}:assumed-role/${name}/${session}`;
  return { arn, principal: roleArn, senderId: `${id}:${session}`, policies };
}

/** The caller behind what a service of AWS sends. As on AWS, its ID does not name the account. */
export function serviceOf(service: string, sourceArn?: string): Caller {
  return { ...userOf(service), ...(sourceArn !== undefined && { sourceArn }) };
}

/** The caller of a request that nothing authenticates. */
export const anonymous: Caller = { arn: 'anonymous', principal: 'anonymous', senderId: '', policies: [] };

/** An unknown access key stands for the operator of the account. */
export const operator: Caller = userOf(`arn:aws:iam::${localAccountId}:user/operator`, [everything]);
