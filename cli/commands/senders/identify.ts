import * as z from 'zod';
import { uniqueIdForm } from '../../../lib/config/config-schema.ts';
import { arnOf, type DirectPrincipal } from '../../../lib/config/principals.ts';
import { OperatorError } from '../../words/operator-error.ts';

/** A principal with the unique ID by which SQS reports its messages. */
export type BoundPrincipal = DirectPrincipal & { senderId: string };

export interface Identified {
  principal: BoundPrincipal;
  /** What the answer of AWS cannot show. */
  note?: string;
}

const answerSchema = z.object({ UserId: z.string(), Account: z.string(), Arn: z.string() });
const howTo = 'Run with the credentials of the sender: aws sts get-caller-identity --output json';

/**
 * The principal that sent GetCallerIdentity, for the configuration.
 *
 * @param text the JSON that `aws sts get-caller-identity` prints
 * @throws OperatorError if the text is anything else, or if no `senderId` can bind the identity
 */
export function identify(text: string): Identified {
  const answer = answerSchema.safeParse(jsonIn(text)).data;
  if (answer === undefined) {
    throw new OperatorError(
      `The input is not the answer of GetCallerIdentity, which has UserId, Account and Arn. ${howTo}`,
    );
  }
  const { UserId, Account, Arn } = answer;
  const [, partition, service, account, kind, name = ''] =
    /^arn:(aws[\w-]*):(iam|sts)::(\d{12}):([a-z-]+)(?:\/(.+))?$/.exec(Arn) ?? [];
  if (account === undefined || account !== Account) throw odd('Arn and Account');
  switch (`${service} ${kind}`) {
    case 'sts assumed-role':
      return ofRole(`arn:${partition}:iam::${account}:role`, name, UserId);
    case 'iam user':
      return ofUser(Arn, UserId);
    case 'iam root':
      throw new OperatorError(
        'This is the root user of an AWS account. SQS reports it by the number of the account, so nothing can bind it. ' +
          'Let the producer send with a role of its own.',
      );
    case 'sts federated-user':
      throw new OperatorError(
        'This is a federated user. SQS does not report an ID of its own for it, so nothing can bind it. ' +
          'Let the producer send with a role of its own (AssumeRole instead of GetFederationToken).',
      );
    default:
      throw new OperatorError(`${Arn} is neither a role that somebody has assumed nor an IAM user. ${howTo}`);
  }
}

function ofRole(prefix: string, nameAndSession: string, userId: string): Identified {
  const [name = '', session] = nameAndSession.split('/');
  const [senderId = ''] = userId.split(':');
  const isWhole = nameAndSession === `${name}/${session}` && userId === `${senderId}:${session}`;
  if (!isWhole || !uniqueIdForm('AROA').test(senderId)) throw odd('Arn and UserId');
  return {
    principal: { role: `${prefix}/${name}`, senderId },
    note:
      'The ARN of an assumed role shows no path. If the role has one, take its ARN from: ' +
      `aws iam get-role --role-name ${name} --query Role.Arn`,
  };
}

function ofUser(user: string, senderId: string): Identified {
  if (!uniqueIdForm('AIDA').test(senderId)) throw odd('Arn and UserId');
  return { principal: { user, senderId } };
}

const odd = (what: string) => new OperatorError(`The answer’s ${what} do not fit together. ${howTo}`);

function jsonIn(text: string): unknown {
  if (text.trim() === '') throw new OperatorError(`The input is empty. ${howTo}`);
  try {
    return JSON.parse(text);
  } catch {
    throw new OperatorError(`The input is not JSON. ${howTo}`);
  }
}

/** A principal as lib/config/config.ts writes it. */
export function principalWords(principal: BoundPrincipal): string {
  const kind = 'role' in principal ? 'role' : 'user';
  const arn = arnOf(principal).replaceAll(/['\\]/g, String.raw`\$&`);
  return `{ ${kind}: '${arn}', senderId: '${principal.senderId}' }`;
}
