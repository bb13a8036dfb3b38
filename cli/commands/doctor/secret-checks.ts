import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Check, failed, ok, warning } from './check.ts';

/** Never on a command line: other users of the machine can read those. */
export const putToken =
  'Put the bare token into a file, and the file into the secret: ' +
  'aws secretsmanager put-secret-value --secret-id … --secret-string file://token.txt';

/** What is known of the two secrets. Their values are looked at and not kept. */
export interface SecretFindings {
  checks: Check[];
  /** The token's secret has still the value that it was created with. */
  tokenNeverReplaced: boolean;
  /** The token, as the functions read it, can stand in a request's header. */
  tokenCanBeSent: boolean;
}

export async function checkSecrets(
  secrets: Pick<SecretsManagerClient, 'send'>,
  { apiTokenArn, linkIdArn }: { apiTokenArn: string; linkIdArn: string },
): Promise<SecretFindings> {
  const [token, linkId] = await Promise.all([read(secrets, apiTokenArn), read(secrets, linkIdArn)]);
  const fault = tokenFault(token.value.trim());
  return {
    // With whose value, the API has to tell: the token may have been there from the beginning.
    tokenNeverReplaced: token.versions <= 1,
    tokenCanBeSent: fault === undefined,
    checks: [
      fault !== undefined
        ? failed('API token secret', fault, putToken)
        : ok(
            'API token secret',
            token.versions <= 1 ? 'readable, never replaced' : 'readable, replaced since it was made',
          ),
      linkIdCheck(linkId),
    ],
  };
}

/** Why no request can carry a token, told by place and code point: none of its own characters is named. */
function tokenFault(token: string): string | undefined {
  if (token === '') return 'is empty';
  if (/[\r\n]/.test(token)) return 'holds more than one line';
  if (/^bearer\s/i.test(token)) return 'begins with Bearer: the API takes the bare token';
  const at = [...token].findIndex((character) => !/^[!-~]$/.test(character));
  if (at < 0) return undefined;
  const codePoint = [...token][at]?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `holds U+${codePoint} as character ${at + 1}, which no header of a request can carry as it is`;
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
