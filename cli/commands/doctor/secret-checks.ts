import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Check, failed, ok, warning } from './check.ts';

/** The token goes through a file, because other users of the machine can read a command line. */
export const putToken =
  'Put the bare token into a file, and the file into the secret: ' +
  'aws secretsmanager put-secret-value --secret-id … --secret-string file://token.txt';

/** What the checks found about the two secrets. They read the values and do not keep them. */
export interface SecretFindings {
  checks: Check[];
  /** Whether the token's secret still has the value that it was created with. */
  tokenNeverReplaced: boolean;
  /** Whether a request's header can carry the token as the functions read it. */
  tokenCanBeSent: boolean;
}

export async function checkSecrets(
  secrets: Pick<SecretsManagerClient, 'send'>,
  { apiTokenArn, linkIdArn }: { apiTokenArn: string; linkIdArn: string },
): Promise<SecretFindings> {
  const [token, linkId] = await Promise.all([read(secrets, apiTokenArn), read(secrets, linkIdArn)]);
  const fault = tokenFault(token.value.trim());
  return {
    // The first value may be the token. Only a call to the API shows whether it is.
    tokenNeverReplaced: token.versions <= 1,
    tokenCanBeSent: fault === undefined,
    checks: [
      fault !== undefined
        ? failed('API token secret', fault, putToken)
        : ok(
            'API token secret',
            token.versions <= 1 ? 'readable, never replaced' : 'readable, replaced since it was created',
          ),
      linkIdCheck(linkId),
    ],
  };
}

/** Why no request can carry a token. It gives a position and a code point, and no character of a valid token. */
function tokenFault(token: string): string | undefined {
  if (token === '') return 'is empty';
  if (/[\r\n]/.test(token)) return 'holds more than one line';
  if (/^bearer\s/i.test(token)) return 'begins with Bearer: the API takes the bare token';
  const at = [...token].findIndex((character) => !/^[!-~]$/.test(character));
  if (at < 0) return undefined;
  const codePoint = [...token][at]?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `holds U+${codePoint} as character ${at + 1}, which a request header cannot carry`;
}

function linkIdCheck({ value, versions }: { value: string; versions: number }): Check {
  const name = 'link-ID secret';
  if (value === '') {
    return failed(name, 'is empty', 'Restore its value. With another value, a repeated command makes a second link.');
  }
  if (versions <= 1) return ok(name, 'exists, never replaced');
  const fix =
    'Unless you restored the value on purpose, put the previous version back. With the new value, the pipeline does not ' +
    'find earlier derived links, and a repeated command makes a second link.';
  return warning(name, 'was replaced', fix);
}

async function read(secrets: Pick<SecretsManagerClient, 'send'>, arn: string) {
  const [{ SecretString = '' }, { VersionIdsToStages = {} }] = await Promise.all([
    secrets.send(new GetSecretValueCommand({ SecretId: arn })),
    secrets.send(new DescribeSecretCommand({ SecretId: arn })),
  ]);
  return { value: SecretString, versions: Object.keys(VersionIdsToStages).length };
}
