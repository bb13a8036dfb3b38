import type { KeysSecretStore } from '../../../lambdas/adapters/keys-secret-store.ts';
import { type KeysSecret, KeysUnusable, validKeys } from '../../../lambdas/domain/http/keys.ts';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { httpProducersOf } from '../../../lib/config/http.ts';
import { keyWords } from '../../pipeline/http-keys.ts';
import { type Check, failed, ok, warning } from './check.ts';

const name = 'HTTP keys';

/** A key that old has been in many hands and many files. */
const oldAfterDays = 365;
const dayMilliseconds = 24 * 60 * 60 * 1_000;

/** Checks the keys of all producers. Without a producer that may have keys, there is nothing to check. */
export async function checkKeys(
  store: () => Pick<KeysSecretStore, 'read'>,
  settings: Pick<PipelineSettings, 'producers'>,
  nowMilliseconds: number,
): Promise<Check[]> {
  const sources = httpProducersOf(settings).flatMap(({ source, keys }) => (keys ? [source] : []));
  if (sources.length === 0) return [];
  try {
    return checksOf((await store().read()).secret, sources, nowMilliseconds);
  } catch (error) {
    if (!(error instanceof KeysUnusable)) throw error;
    return [failed(name, 'cannot be read', error.message)];
  }
}

function checksOf(secret: KeysSecret, sources: readonly string[], nowMilliseconds: number): Check[] {
  const missing = sources
    .filter((source) => validKeys(secret, source).length === 0)
    .map((source) =>
      warning(name, `${source} may use the HTTP API, and has no valid key`, `onelink keys create --source ${source}`),
    );
  const valid = secret.keys.filter(({ revokedAt }) => revokedAt === undefined);
  const old = valid
    .filter(({ createdAt }) => nowMilliseconds - Date.parse(createdAt) > oldAfterDays * dayMilliseconds)
    .map((key) =>
      warning(
        name,
        `the key ${keyWords(key)} of ${key.source} is older than a year`,
        `onelink keys rotate --source ${key.source}`,
      ),
    );
  const stray = valid
    .filter(({ source }) => !sources.includes(source))
    .map((key) =>
      warning(
        name,
        `the key ${keyWords(key)} is of ${key.source}, which may not have keys by the configuration`,
        `onelink keys revoke ${key.id}`,
      ),
    );
  const found = [...missing, ...old, ...stray];
  return found.length > 0 ? found : [ok(name, `each producer has one, and none is older than a year`)];
}
