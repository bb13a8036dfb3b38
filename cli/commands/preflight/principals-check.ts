import { GetRoleCommand, GetUserCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { ProducerPrincipal } from '../../../lib/config/config-schema.ts';
import { arnOf, type DirectPrincipal, isDirect } from '../../../lib/config/principals.ts';
import { type Check, failed, notKnown, ok } from '../doctor/check.ts';
import type { Site } from './site.ts';
import { isMissing, unanswered } from './unless-unanswered.ts';

const title = 'producers';

/**
 * Whether the roles and users of the producers exist. AWS refuses the policy of a queue, a bucket or a key that names another, and
 * the deployment fails.
 */
export async function checkPrincipals({ aws, pipelines, account }: Site): Promise<Check[]> {
  const direct = new Map<string, { source: string; principal: DirectPrincipal }>();
  const unread = new Set<string>();
  for (const { settings } of pipelines)
    for (const { source, principals } of settings.producers)
      for (const principal of principals) {
        if (isDirect(principal) && arnOf(principal).split(':')[4] === account) {
          direct.set(`${source} ${arnOf(principal)}`, { source, principal });
        } else unread.add(`${source}: ${wordsOf(principal)}`);
      }
  const checks = await Promise.all(
    [...direct.values()].map(({ source, principal }) => checkPrincipal(aws.iam, source, principal)),
  );
  if (unread.size > 0) {
    const words = `not checked, because they are not roles and users of ${account}: ${[...unread].join('; ')}`;
    const fix =
      'Ask their owners whether they exist. If one does not, the deployment fails at the policy that names it.';
    checks.push({ ...notKnown(title, words), fix });
  }
  return checks.length > 0 ? checks : [ok(title, 'no producer has principals')];
}

function wordsOf(principal: ProducerPrincipal): string {
  if (isDirect(principal)) return arnOf(principal);
  return 'account' in principal ? principal.account : `${principal.service} from ${principal.sourceArn}`;
}

async function checkPrincipal(iam: IAMClient, source: string, principal: DirectPrincipal): Promise<Check> {
  const arn = arnOf(principal);
  const name = `producer ${source}`;
  // IAM finds them by their name alone. The path is before it.
  const own = arn.split('/').at(-1) ?? '';
  try {
    const found = 'role' in principal ? await roleOf(iam, own) : await userOf(iam, own);
    if (found.arn !== arn) {
      const fix = `Put ${found.arn} into its principals. The console and sts show a role without its path.`;
      return failed(name, `${arn} does not exist; there is ${found.arn}`, fix);
    }
    const { senderId } = principal;
    if (senderId !== undefined && senderId !== found.id) {
      const fix = `Put senderId: '${found.id}' into its principals. Otherwise its commands are held.`;
      return failed(name, `${arn} has the unique ID ${found.id}, and the configuration has ${senderId}`, fix);
    }
    return ok(name, `${arn} exists`);
  } catch (error) {
    const [kind, action] =
      'role' in principal ? (['role', 'iam:GetRole'] as const) : (['user', 'iam:GetUser'] as const);
    if (!isMissing(error, 'NoSuchEntityException')) return unanswered(name, action, error);
    const words = `${arn} does not exist, and AWS refuses policies that name it`;
    return failed(
      name,
      words,
      `Make the ${kind} first, or correct its ARN. To see what there is: aws iam list-${kind}s`,
    );
  }
}

async function roleOf(iam: IAMClient, name: string) {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
  return { arn: Role?.Arn ?? '', id: Role?.RoleId ?? '' };
}

async function userOf(iam: IAMClient, name: string) {
  const { User } = await iam.send(new GetUserCommand({ UserName: name }));
  return { arn: User?.Arn ?? '', id: User?.UserId ?? '' };
}
