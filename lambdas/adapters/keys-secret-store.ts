import { randomUUID } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { type KeysSecret, KeysUnusable, keysSecretSchema } from '../domain/http/keys.ts';
import type { Clock } from '../domain/work/clock.ts';

/** The keys, and the version of the secret that holds them. */
export interface ReadKeys {
  readonly secret: KeysSecret;
  readonly versionId: string;
}

/** Somebody has changed the secret by hand, and no function can read it. */
export class KeysSecretBroken extends KeysUnusable {}

const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';

/** The label of a version that is not current yet: with the epoch seconds, so that a crash's can be found. */
const ownLabel = /^onelink-keys-(\d{10})-/;

/** A change takes seconds. After this time, its label is left over from a program that died. */
const labelLeftAfterSeconds = 600;

/** Ten operators who change keys in the same second. */
const mostAttempts = 10;

/** Secrets Manager's limit is 65,536 bytes (user guide, "Quotas"). The oldest revoked keys make room below that. */
const mostBytes = 60_000;

/**
 * The secret with the hashes of all keys. A change is a compare-and-swap, so two operators lose nothing. A new version gets a
 * label of its own. `AWSCURRENT` moves to it only from the version that was read.
 */
export class KeysSecretStore {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #arn: string;
  readonly #clock: Pick<Clock, 'wallMilliseconds' | 'sleep'>;

  constructor(
    client: Pick<SecretsManagerClient, 'send'>,
    arn: string,
    clock: Pick<Clock, 'wallMilliseconds' | 'sleep'>,
  ) {
    this.#client = client;
    this.#arn = arn;
    this.#clock = clock;
  }

  /** @throws KeysSecretBroken with the repair; KeysUnusable if the secret is deleted */
  async read(): Promise<ReadKeys> {
    const { versionId, text } = await this.#value(current);
    const secret = parsed(text);
    if (secret === undefined || versionId === undefined) throw await this.#broken(versionId);
    return { secret, versionId };
  }

  /**
   * Changes the keys. Other operators' changes in the meantime stay.
   *
   * @param edit called again with the newest keys if another operator was faster. It returns what it was given if nothing is
   *   to be changed, also if its own change is already there: the answer to an earlier attempt may have been lost.
   * @throws what `edit` and `read` throw; KeysUnusable if others are always faster
   */
  async change(edit: (secret: KeysSecret) => KeysSecret): Promise<KeysSecret> {
    await this.#removeLeftLabels();
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const { secret, versionId } = await this.read();
      const edited = edit(secret);
      if (edited === secret) return secret;
      if (await this.#swap(versionId, textOf(edited))) return edited;
      await this.#clock.sleep(Math.random() * 100 * attempt);
    }
    throw new KeysUnusable('Other operators change the keys at the same time. Nothing was changed. Run it again.');
  }

  /** Whether the text became the current value. If not, another version than `from` was current. */
  async #swap(from: string, text: string): Promise<boolean> {
    const versionId = randomUUID();
    const seconds = Math.floor(this.#clock.wallMilliseconds() / 1000);
    const label = `onelink-keys-${seconds}-${versionId}`;
    await this.#put(versionId, text, label);
    try {
      await this.#move(current, { to: versionId, from });
      return true;
    } catch (error) {
      // The refusal has no code of its own, and the SDK repeats a request whose answer was lost.
      const now = (await this.#value(current)).versionId;
      if (now === versionId) return true;
      if (now === from) throw error;
      return false;
    } finally {
      await this.#move(label, { from: versionId }).catch(() => {});
    }
  }

  async #put(versionId: string, text: string, label: string): Promise<void> {
    const put = new PutSecretValueCommand({
      SecretId: this.#arn,
      SecretString: text,
      ClientRequestToken: versionId,
      VersionStages: [label],
    });
    await this.#client.send(put).catch((error: unknown) => {
      if (!isNamed(error, 'LimitExceededException')) throw error;
      throw new KeysUnusable(
        'The secret with the keys has too many versions or labels. Secrets Manager removes versions a day after their ' +
          `creation. Nothing was changed. Try again tomorrow, or look at: aws secretsmanager list-secret-version-ids --secret-id ${this.#arn}`,
      );
    });
  }

  async #move(label: string, { to, from }: { to?: string; from: string }): Promise<void> {
    const move = new UpdateSecretVersionStageCommand({
      SecretId: this.#arn,
      VersionStage: label,
      RemoveFromVersionId: from,
      ...(to !== undefined && { MoveToVersionId: to }),
    });
    await this.#client.send(move);
  }

  /** A secret may have 20 labels (Secrets Manager user guide, "Quotas"), so those of dead programs must not stay. */
  async #removeLeftLabels(): Promise<void> {
    const stages = await this.#stages();
    const oldestSeconds = this.#clock.wallMilliseconds() / 1000 - labelLeftAfterSeconds;
    for (const [from, labels] of Object.entries(stages)) {
      for (const label of labels) {
        const madeAtSeconds = Number(ownLabel.exec(label)?.[1] ?? Number.NaN);
        // Somebody else may have removed it in the meantime.
        if (madeAtSeconds < oldestSeconds) await this.#move(label, { from }).catch(() => {});
      }
    }
  }

  async #stages(): Promise<Record<string, string[]>> {
    const { VersionIdsToStages = {} } = await this.#client.send(new DescribeSecretCommand({ SecretId: this.#arn }));
    return VersionIdsToStages;
  }

  async #value(label: string): Promise<{ versionId?: string | undefined; text?: string | undefined }> {
    const get = new GetSecretValueCommand({ SecretId: this.#arn, VersionStage: label });
    const found = await this.#client
      .send(get)
      .catch((error: unknown): { VersionId?: string; SecretString?: string } => {
        if (isNamed(error, 'ResourceNotFoundException')) {
          // It has no value with this label.
          if (/secret value/.test(error.message)) return {};
          throw new KeysUnusable(
            `The secret with the keys does not exist: ${this.#arn}. Deploy the pipeline again: npx cdk deploy --all -c stage=<stage>`,
          );
        }
        if (!isNamed(error, 'InvalidRequestException') || !/delet/i.test(error.message)) throw error;
        throw new KeysUnusable(
          `The secret with the keys is marked for deletion. To keep it: aws secretsmanager restore-secret --secret-id ${this.#arn}`,
        );
      });
    return { versionId: found.VersionId, text: found.SecretString };
  }

  async #broken(versionId: string | undefined): Promise<KeysSecretBroken> {
    const what =
      'The secret with the keys does not hold what onelink keys writes. No key is accepted, and nothing was changed.';
    const before = await this.#value(previous);
    if (versionId !== undefined && before.versionId !== undefined && parsed(before.text) !== undefined) {
      return new KeysSecretBroken(
        `${what} Its previous version is whole. To put it back: aws secretsmanager update-secret-version-stage ` +
          `--secret-id ${this.#arn} --version-stage ${current} --move-to-version-id ${before.versionId} ` +
          `--remove-from-version-id ${versionId}`,
      );
    }
    const secretsManager = (verb: string) => `aws secretsmanager ${verb} --secret-id ${this.#arn}`;
    return new KeysSecretBroken(
      `${what} Its previous version is not whole either. Look for an older one: ` +
        `${secretsManager('list-secret-version-ids')} --include-deprecated, and for each version: ` +
        `${secretsManager('get-secret-value')} --version-id … . If one holds {"keys":[…]}, make it current: ` +
        `${secretsManager('update-secret-version-stage')} --version-stage ${current} --move-to-version-id … ` +
        `--remove-from-version-id ${versionId ?? '…'} . If none does, begin without keys. That ends every key for good, ` +
        `and each producer needs a new one: ${secretsManager('put-secret-value')} --secret-string '{"keys":[]}'. ` +
        'Then: onelink keys create --source …',
    );
  }
}

function parsed(text: string | undefined): KeysSecret | undefined {
  try {
    return keysSecretSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** The secret's text. The keys that were revoked first are left out if it were too long. */
function textOf(secret: KeysSecret): string {
  const { keys } = secret;
  const text = JSON.stringify(secret);
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const [oldest] = keys
    .filter(({ revokedAt }) => revokedAt !== undefined)
    .sort((one, other) => Date.parse(one.revokedAt ?? '') - Date.parse(other.revokedAt ?? ''));
  if (oldest === undefined) throw new KeysUnusable('The secret with the keys is full: too many producers have keys.');
  return textOf({ ...secret, keys: keys.filter((key) => key !== oldest) });
}

const isNamed = (error: unknown, name: string): error is Error => error instanceof Error && error.name === name;
