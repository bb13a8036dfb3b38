import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Check, failed, ok, warning } from './check.ts';

/** What is known of the two secrets. Their values are looked at and not kept. */
export interface SecretFindings {
  checks: Check[];
  /** The token's secret has still the value that it was created with. */
  tokenNeverReplaced: boolean;
}

export async function checkSecrets(
  secrets: Pick<SecretsManagerClient, 'send'>,
  { apiTokenArn, linkIdArn }: { apiTokenArn: string; linkIdArn: string },
): Promise<SecretFindings> {
  const [token, linkId] = await Promise.all([read(secrets, apiTokenArn), read(secrets, linkIdArn)]);
  const put = 'Put the token into it: aws secretsmanager put-secret-value --secret-id … --secret-string …';
  const blank = /[\r\n]/.test(token.value.trim());
  return {
    // With whose value, the API has to tell: the token may have been there from the beginning.
    tokenNeverReplaced: token.versions <= 1,
    checks: [
      token.value.trim() === '' || blank
        ? failed('API token secret', token.value.trim() === '' ? 'is empty' : 'holds more than one line', put)
        : ok(
            'API token secret',
            token.versions <= 1 ? 'readable, never replaced' : 'readable, replaced since it was made',
          ),
      linkIdCheck(linkId),
    ],
  };
}

function linkIdCheck({ value, versions }: { value: string; versions: number }): Check {
  const name = 'link-ID secret';
  if (value === '') {
    return failed(name, 'is empty', 'Restore the value it had: with another, a repeated command makes a second link.');
  }
  if (versions <= 1) return ok(name, 'there, and never replaced');
  const mend =
    'Unless you restored it on purpose, put the previous version back: links derived with the old value are not found ' +
    'again, and a repeated command makes a second link.';
  return warning(name, 'was replaced', mend);
}

async function read(secrets: Pick<SecretsManagerClient, 'send'>, arn: string) {
  const [{ SecretString = '' }, { VersionIdsToStages = {} }] = await Promise.all([
    secrets.send(new GetSecretValueCommand({ SecretId: arn })),
    secrets.send(new DescribeSecretCommand({ SecretId: arn })),
  ]);
  return { value: SecretString, versions: Object.keys(VersionIdsToStages).length };
}
