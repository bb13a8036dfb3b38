import { ServiceError } from './wire.ts';

/** One value of a secret. Secrets Manager never changes it, and moves only the labels. */
export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly createdAtMilliseconds: number;
}

/** What moves a staging label, as in UpdateSecretVersionStage. */
export interface LabelMove {
  readonly label: string;
  readonly to: string | undefined;
  readonly from: string | undefined;
}

export const currentLabel = 'AWSCURRENT';
const previousLabel = 'AWSPREVIOUS';

/** Labels on all versions of a secret together (Secrets Manager user guide, "Quotas"). */
const mostLabels = 20;

/** Versions of a secret, and the age below which Secrets Manager removes none (same page). */
const mostVersions = 100;
const removableAfterMilliseconds = 24 * 60 * 60 * 1_000;

/**
 * The versions of one secret and their staging labels. A label is on one version at a time. The rules and errors are those
 * of the Secrets Manager API reference.
 */
export class SecretVersions {
  readonly #versions = new Map<string, SecretVersion>();
  readonly #labels = new Map<string, string>();

  /** Version ID to labels, for the versions that have labels. */
  get labelled(): Record<string, string[]> {
    const found: Record<string, string[]> = {};
    for (const [label, id] of this.#labels) found[id] = [...(found[id] ?? []), label];
    return found;
  }

  labelsOf(id: string): string[] {
    return this.labelled[id] ?? [];
  }

  /**
   * Adds a version. A repeat with the same ID and value changes nothing.
   *
   * @param labels without them, the version becomes the current one. The first version is always current.
   * @throws ServiceError `ResourceExistsException` if the ID has another value; `LimitExceededException`
   */
  add(version: SecretVersion, labels: readonly string[] | undefined): void {
    const before = this.#versions.get(version.id);
    if (before !== undefined) {
      if (before.value === version.value) return;
      throw new ServiceError(
        400,
        'ResourceExistsException',
        'A version with this ID already exists with another value.',
      );
    }
    const added = new Set(labels ?? [currentLabel]);
    if (this.#versions.size === 0) added.add(currentLabel);
    const movesCurrent = added.has(currentLabel) && this.#labels.has(currentLabel);
    this.#refuseTooManyLabels([...added, ...(movesCurrent ? [previousLabel] : [])]);
    this.#makeRoom(version.createdAtMilliseconds);
    this.#versions.set(version.id, version);
    for (const label of added) this.#put(label, version.id);
  }

  /** @throws ServiceError if there is no such version, or if ID and label name different ones */
  find({ id, label }: { id: string | undefined; label: string | undefined }): SecretVersion {
    const sought = id ?? this.#labels.get(label ?? currentLabel);
    const version = sought === undefined ? undefined : this.#versions.get(sought);
    if (version === undefined)
      throw absent(id === undefined ? `staging label: ${label ?? currentLabel}` : `VersionId: ${id}`);
    if (id !== undefined && label !== undefined && this.#labels.get(label) !== id) {
      const reason = 'You provided a VersionStage that is not associated to the provided VersionId.';
      throw new ServiceError(400, 'InvalidRequestException', reason);
    }
    return version;
  }

  /**
   * Moves a label, or removes it if no version is named to move it to.
   * @throws ServiceError unless `from` is the version that has the label now
   */
  move({ label, to, from }: LabelMove): void {
    for (const id of [to, from]) if (id !== undefined && !this.#versions.has(id)) throw absent(`VersionId: ${id}`);
    const holder = this.#labels.get(label);
    if (from === undefined && holder !== undefined && holder !== to) {
      throw invalid(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, ` +
          'so you must explicitly reference that version in RemoveFromVersionId.',
      );
    }
    if (from !== undefined && holder !== from) {
      throw invalid(`Staging label ${label} is not attached to the version in RemoveFromVersionId.`);
    }
    if (to === undefined) {
      if (from === undefined) throw invalid('You must specify MoveToVersionId or RemoveFromVersionId.');
      if (label === currentLabel) {
        throw invalid(
          `You can only move staging label ${label} to a different secret version. It can't be completely removed.`,
        );
      }
      this.#labels.delete(label);
      return;
    }
    this.#refuseTooManyLabels([label, ...(label === currentLabel && holder !== undefined ? [previousLabel] : [])]);
    this.#put(label, to);
  }

  #put(label: string, id: string): void {
    const holder = this.#labels.get(label);
    if (holder === id) return;
    this.#labels.set(label, id);
    if (label === currentLabel && holder !== undefined) this.#labels.set(previousLabel, holder);
  }

  #refuseTooManyLabels(added: readonly string[]): void {
    if (new Set([...this.#labels.keys(), ...added]).size <= mostLabels) return;
    throw new ServiceError(400, 'LimitExceededException', `A secret can have ${mostLabels} staging labels at most.`);
  }

  /** Removes old versions without a label, once the secret has its most versions. */
  #makeRoom(nowMilliseconds: number): void {
    const labelled = new Set(this.#labels.values());
    for (const { id, createdAtMilliseconds } of [...this.#versions.values()]) {
      if (this.#versions.size < mostVersions) return;
      const isOld = nowMilliseconds - createdAtMilliseconds >= removableAfterMilliseconds;
      if (isOld && !labelled.has(id)) this.#versions.delete(id);
    }
    if (this.#versions.size < mostVersions) return;
    throw new ServiceError(400, 'LimitExceededException', `A secret can have ${mostVersions} versions at most.`);
  }
}

const invalid = (reason: string) => new ServiceError(400, 'InvalidParameterException', reason);

function absent(sought: string): ServiceError {
  const reason = `Secrets Manager can't find the specified secret value for ${sought}`;
  return new ServiceError(400, 'ResourceNotFoundException', reason);
}
