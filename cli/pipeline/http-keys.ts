import { randomBytes, randomInt } from 'node:crypto';
import { hashOfKey, keyForm, keyIdForm, keyIdOf, keyText, type StoredKey } from '../../lambdas/domain/http/keys.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { httpProducersOf } from '../../lib/config/http.ts';
import { OperatorError } from '../words/operator-error.ts';
import { visible } from '../words/words.ts';
import type { Operations } from './operations.ts';

/** What a program may see of a stored key. */
export type SeenKey = Pick<StoredKey, 'id' | 'source' | 'label' | 'createdAt' | 'revokedAt'>;

/** A new key, and the key of the same source that is valid as well. Only this object has the key's text. */
export interface CreatedKey {
  readonly key: string;
  readonly stored: SeenKey;
  readonly older: SeenKey | undefined;
}

interface NewKeyRequest {
  source: string;
  label?: string | undefined;
  rotates: boolean;
  reason?: string | undefined;
}

/** The random parts of a key. Tests pass their own. */
export interface Randomness {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  bytes(count: number): Uint8Array;
}

export const secureRandomness: Randomness = { below: (limit) => randomInt(limit), bytes: randomBytes };

const idCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A key, its ID, and the hash by which it is stored. */
export function makeKey(random: Randomness = secureRandomness): { key: string; id: string; sha256: string } {
  const id = Array.from({ length: 8 }, () => idCharacters[random.below(idCharacters.length)]).join('');
  const key = keyText(id, random.bytes(32));
  return { key, id, sha256: hashOfKey(key) };
}

/**
 * Creates a key, and has its hash stored. The key itself stays on this machine.
 *
 * @param rotates whether the source must have a key that the new one follows
 * @throws OperatorError if the source has as many valid keys as it may have, or none to follow
 */
export async function createKey(
  { source, label, rotates, reason }: NewKeyRequest,
  operations: Pick<Operations, 'act'>,
  random: Randomness = secureRandomness,
): Promise<CreatedKey> {
  const { key, id, sha256 } = makeKey(random);
  const fields = { source, id, sha256, ...(label !== undefined && { label }) };
  const { stored, older } = await operations.act(rotates ? 'key-rotate' : 'key-create', fields, reason);
  return { key, stored, older };
}

/** @throws OperatorError if this is a whole key, or if it has not the form of an ID */
export function refuseOtherThanKeyId(id: string): void {
  if (keyForm.test(id)) {
    // The shell keeps it in its history.
    throw new OperatorError(`This is a whole key. Name it by its ID: ${keyIdOf(id)}. Nothing was changed.`);
  }
  if (!keyIdForm.test(id)) {
    throw new OperatorError(
      'The ID of a key has eight characters of a to z and 0 to 9, as list prints it. Nothing was changed.',
    );
  }
}

/**
 * @param configurationName where the settings are, as messages name it
 * @throws OperatorError if the configuration gives the source no keys
 */
export function refuseWithoutKeys(
  source: string,
  settings: Pick<PipelineSettings, 'producers'>,
  configurationName: string,
): void {
  const known = httpProducersOf(settings);
  const producer = known.find((one) => one.source === source);
  if (producer?.keys) return;
  const names = (found: readonly { source: string }[]) => found.map((one) => one.source).join(', ') || 'none';
  if (settings.producers.every((one) => one.source !== source)) {
    throw new OperatorError(
      `There is no producer ${source} in ${configurationName}. It has: ${names(settings.producers)}.`,
    );
  }
  if (producer !== undefined) {
    throw new OperatorError(
      `${source} signs its requests (iam), and may not have keys. To allow them, remove keys: false from its http in ${configurationName}, and deploy.`,
    );
  }
  throw new OperatorError(
    `${source} may not use the HTTP API. To allow it, give it http: {} in ${configurationName}, and deploy. Producers with keys: ` +
      `${names(known.filter((one) => one.keys))}.`,
  );
}

/** `a1b2c3d4 (“web shop”, of 2026-11-27)` */
export function keyWords({ id, label, createdAt }: SeenKey): string {
  const day = createdAt.slice(0, 10);
  return label === undefined ? `${id} (of ${day})` : `${id} (“${visible(label)}”, of ${day})`;
}
