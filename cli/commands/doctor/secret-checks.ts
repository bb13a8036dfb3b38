import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { ControlReading } from '../../../lambdas/domain/control/control-record.ts';
import { isDenied } from '../../pipeline/service-error.ts';
import { type Check, failed, notKnown, ok } from './check.ts';
import { secretOfLedger } from './ledger-secret-checks.ts';

/** The token goes through a file, because other users of the machine can read a command line. */
export const putToken =
  'Put the bare token into a file, and the file into the secret: ' +
  'aws secretsmanager put-secret-value --secret-id … --secret-string file://token.txt';

/** What the checks found about the two secrets. They keep no value. */
export interface SecretFindings {
  checks: Check[];
  /** Whether the token's secret still has the value that it was created with. */
  tokenNeverReplaced: boolean;
  /** Whether a request's header can carry the token as the functions read it. True if the token may not be read. */
  tokenCanBeSent: boolean;
}

/**
 * Checks both secrets. Of the link-ID secret, it reads when it was changed, and no value: with the value, somebody could derive
 * the IDs of links.
 */
export async function checkSecrets(
  secrets: Pick<SecretsManagerClient, 'send'>,
  { apiTokenArn, linkIdArn }: { apiTokenArn: string; linkIdArn: string },
): Promise<SecretFindings> {
  const [token, versions, linkIdVersions] = await Promise.all([
    tokenIn(secrets, apiTokenArn),
    versionsOf(secrets, apiTokenArn),
    versionsOf(secrets, linkIdArn),
  ]);
  // The first value may be the token. Only a call to the API shows whether it is.
  const tokenNeverReplaced = versions.length <= 1;
  const words = tokenNeverReplaced ? 'never replaced' : 'replaced since it was created';
  const fault = token === undefined ? undefined : tokenFault(token.trim());
  return {
    tokenNeverReplaced,
    tokenCanBeSent: fault === undefined,
    checks: [token === undefined ? unread(words) : tokenCheck(fault, words), linkIdCheck(linkIdVersions)],
  };
}

const tokenName = 'API token secret';

const tokenCheck = (fault: string | undefined, words: string) =>
  fault === undefined ? ok(tokenName, `readable, ${words}`) : failed(tokenName, fault, putToken);

const unread = (words: string) =>
  notKnown(tokenName, `exists, ${words}; its form is not checked, because you may not read it`);

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

function linkIdCheck(versions: readonly (readonly string[])[]): Check {
  const name = 'link-ID secret';
  if (!versions.some((stages) => stages.includes('AWSCURRENT'))) {
    const fix = 'Restore its value. With another value, a repeated command makes a second link.';
    return failed(name, 'has no current value', fix);
  }
  if (versions.length <= 1) return ok(name, 'exists, never replaced');
  return ok(name, 'exists, has earlier versions; the check of the ledger shows whether it is the right one');
}

/** Whether the ledger was written with the link-ID secret, as the governor's last run has found it. */
export function checkSecretOfLedger({ control }: Pick<ControlReading, 'control'>): Check {
  const name = secretOfLedger;
  if (control === undefined) return notKnown(name, 'not checked, because the governor has not run');
  const differs = Object.values(control.lanes).some(({ reason }) => reason === 'link-id-secret-differs');
  if (!differs) return ok(name, 'the ledger was written with it');
  const fix =
    'Put its old value back, or deploy with the secret of this ledger: see the runbook, link-id-secret-differs. The governor then ' +
    'opens the lanes.';
  return failed(name, 'the ledger was written with another one, so the lanes are paused', fix);
}

/** The value, or undefined if the caller may not read it. */
async function tokenIn(secrets: Pick<SecretsManagerClient, 'send'>, arn: string): Promise<string | undefined> {
  try {
    return (await secrets.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString ?? '';
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}

/** The stages of each version. */
async function versionsOf(secrets: Pick<SecretsManagerClient, 'send'>, arn: string): Promise<string[][]> {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId: arn }));
  return Object.values(VersionIdsToStages);
}
