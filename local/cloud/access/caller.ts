import { fingerprint, roleIdOf } from '../assembly/identities.ts';
import { localAccountId } from '../endpoints.ts';

/** What an access key stands for. */
export interface Caller {
  /** As STS's GetCallerIdentity returns it. For a service, its name, such as `events.amazonaws.com`. */
  readonly arn: string;
  /** STS's `UserId`. SQS calls it `SenderId`: `AIDA…`, or `AROA…:session` for a role. */
  readonly senderId: string;
}

/** The callers of a deployment, by access key ID. */
export type Callers = Readonly<Record<string, Caller>>;

/** An unknown access key stands for the operator of the account. */
export const operator: Caller = userOf(`arn:aws:iam::${localAccountId}:user/operator`);

/** The caller of a user. Its ID follows from the ARN if it is not given. */
export function userOf(arn: string, id = `AIDA${fingerprint(arn, 17)}`): Caller {
  return { arn, senderId: id };
}

/** The caller of a role, in a session of this name. The role's ID follows from the ARN if it is not given. */
export function sessionOf(roleArn: string, session: string, id = roleIdOf(roleArn)): Caller {
  const [, , , , account = '', resource = ''] = roleArn.split(':');
  // STS shows a role without its path.
  const name = resource.split('/').at(-1);
  return { arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`, senderId: `${id}:${session}` };
}

/** The caller behind what a service of AWS sends. As on AWS, its ID does not name the account. */
export function serviceOf(service: string): Caller {
  return userOf(service);
}
