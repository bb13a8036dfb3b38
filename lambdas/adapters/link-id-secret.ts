import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fingerprintOf, OtherLinkIdSecretError } from '../domain/link/link-id-secret.ts';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable } from './document-table.ts';
import { ledgerAttribute } from './names.ts';
import { Secret } from './secret.ts';

const { key: pk } = ledgerAttribute;
const fingerprintKey = 'link-id-secret';

/** The fingerprint in a ledger. Undefined if no release with fingerprints has used the ledger. It reads, and records none. */
export async function recordedFingerprint(dynamo: Pick<DynamoDBClient, 'send'>, TableName: string): Promise<unknown> {
  const key = { [pk]: { S: fingerprintKey } };
  const { Item } = await dynamo.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
  // A spoilt item has no fingerprint, and fits no secret.
  return Item && (Item.fingerprint?.S ?? '');
}

/**
 * The link-ID secret, held against the fingerprint in the ledger. The first reader of a ledger records the fingerprint. Every
 * later secret must have the same one. Execution environments read it once, so a batch costs no read more.
 */
export class LinkIdSecret {
  readonly #secret: Secret;
  readonly #arn: string;
  readonly #table: DocumentTable;
  readonly #clock: Clock;
  /** The last value that has the ledger's fingerprint. */
  #known: string | undefined;
  #checking: Promise<boolean> | undefined;

  constructor(
    { secrets, dynamo }: { secrets: SecretsManagerClient; dynamo: DynamoDBClient },
    settings: { LINK_ID_SECRET_ARN: string; LEDGER_TABLE_NAME: string },
    clock: Clock,
  ) {
    this.#secret = new Secret(secrets, settings.LINK_ID_SECRET_ARN);
    this.#arn = settings.LINK_ID_SECRET_ARN;
    this.#table = new DocumentTable(dynamo, settings.LEDGER_TABLE_NAME, clock);
    this.#clock = clock;
  }

  /**
   * The value, if the ledger was written with it.
   *
   * @throws OtherLinkIdSecretError if it was written with another one; after half a minute, a call reads the secret again
   * @throws Error if secret or ledger cannot be read
   */
  async value(): Promise<string> {
    if (this.#known !== undefined) return this.#known;
    this.#checking ??= this.isOfLedger().finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
    if (this.#known === undefined) throw new OtherLinkIdSecretError(this.#arn);
    return this.#known;
  }

  /** Whether the ledger was written with the secret's current value. @throws Error if secret or ledger cannot be read */
  async isOfLedger(): Promise<boolean> {
    // An operator may have put another value since this environment has read one.
    const value = await this.#secret.fresh(this.#clock.wallMilliseconds());
    if (value === this.#known) return true;
    const fingerprint = fingerprintOf(value);
    if ((await this.#recorded(fingerprint)) !== fingerprint) return false;
    this.#known = value;
    return true;
  }

  /** The ledger's fingerprint. If it has none, records this one, unless another reader is first. */
  async #recorded(fingerprint: string): Promise<unknown> {
    const found = await this.#find();
    if (found !== undefined) return found.fingerprint;
    const added = await this.#table.add({
      [pk]: fingerprintKey,
      v: 1,
      fingerprint,
      recordedAt: this.#clock.wallMilliseconds(),
    });
    // If only the answer of the write was lost, its repeat is refused, and the item is our own.
    return added ? fingerprint : (await this.#find())?.fingerprint;
  }

  async #find(): Promise<Record<string, unknown> | undefined> {
    const [item] = await this.#table.getAll([fingerprintKey]);
    return item;
  }
}
