import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { recordedFingerprint } from '../../../lambdas/adapters/link-id-secret.ts';
import { Secret } from '../../../lambdas/adapters/secret.ts';
import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import { fingerprintOf } from '../../../lambdas/domain/link/link-id-secret.ts';
import { unreadableSecret } from '../../pipeline/ledger-secret.ts';
import { type MadeLink, scanMadeLinks } from '../../pipeline/link-scan.ts';
import { isDenied } from '../../pipeline/service-error.ts';
import { n } from '../../words/words.ts';
import { type Check, failed, notKnown, ok, warning } from './check.ts';

export const secretOfLedger = 'link-ID secret of the ledger';
const name = secretOfLedger;
/** So many links are enough: a wrong secret fits none, and the right one fits each link with a derived ID. */
const enoughLinks = 1_000;
/** With fewer, all of them may have chosen IDs that look like derived ones. */
const fewLinks = 20;

/** Whether a ledger has a fingerprint. Without one, the first secret that a function meets becomes the ledger's. */
export async function checkFingerprint(dynamo: Pick<DynamoDBClient, 'send'>, table: string): Promise<Check> {
  if ((await recordedFingerprint(dynamo, table)) !== undefined) return ok(name, 'the ledger has its fingerprint');
  return warning(
    name,
    'the ledger has no fingerprint, so it takes the first secret that it meets',
    `Before a pipeline takes it up, prove its secret: npx onelink doctor --table ${table} --secret ARN`,
  );
}

/**
 * Whether a ledger was written with this secret: by its fingerprint, or else by its links. A link with a derived ID proves the secret,
 * because no other one derives the same ID from its request.
 */
export async function proveSecret(
  dynamo: DynamoDBClient,
  secrets: SecretsManagerClient,
  { table, secretArn }: { table: string; secretArn: string },
  signal: AbortSignal,
): Promise<Check> {
  const secret = await new Secret(secrets, secretArn).value().catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined;
    throw isDenied(cause) ? cause : unreadableSecret(error);
  });
  const recorded = await recordedFingerprint(dynamo, table);
  const fix = 'Name the secret with which this ledger was written: existing.linkIdSecretArn (docs/restoring.md).';
  if (recorded === fingerprintOf(secret)) return ok(name, 'is this one, by its fingerprint');
  if (recorded !== undefined) return failed(name, 'is another one, by its fingerprint', fix);
  const { fits, looked } = await fitting(secret, dynamo, table, signal);
  if (fits > 0) return ok(name, `is this one: ${n(fits)} of ${n(looked)} links have the ID that it derives`);
  if (looked === 0)
    return notKnown(name, 'has no fingerprint, and no link with a derived ID shows whether it is this one');
  const words = `derives none of the IDs of ${n(looked)} links that may be derived`;
  return looked < fewLinks ? warning(name, `${words}; they may be chosen`, fix) : failed(name, words, fix);
}

async function fitting(secret: string, dynamo: DynamoDBClient, table: string, signal: AbortSignal) {
  let [fits, looked] = [0, 0];
  for await (const { links } of scanMadeLinks(dynamo, table, signal)) {
    for (const link of links.filter(mayBeDerived)) {
      looked += 1;
      if (isDerived(secret, link)) fits += 1;
    }
    if (looked >= enoughLinks) break;
  }
  return { fits, looked };
}

const mayBeDerived = ({ address: { shortlinkId } }: MadeLink) => /^[0-9a-z]{10,50}$/.test(shortlinkId);

const isDerived = (secret: string, { address: { onelinkId, shortlinkId }, source, requestId }: MadeLink) =>
  deriveLinkId(secret, { onelinkId, source, requestId }, shortlinkId.length) === shortlinkId;
