import type { Emulator } from './emulator.ts';
import { authenticationFailure, featureNotEnabled, rateLimitExceeded } from './errors.ts';
import type { Operation } from './operations.ts';
import type { Settings } from './settings.ts';

/**
 * What a call meets before anything is done for it, in this order: token, feature, rate. (The monthly quota comes
 * after, with the body, since it is about the work and not about the call.)
 *
 * A call with a wrong token belongs to no account and takes no place in a window. Whether the quota operation asks for the
 * token and is under the rate is for the settings to say. A QR call has to find room in both windows; refused by one,
 * it takes a place in neither, unless the settings say that refused calls count.
 * @throws ApiError 401, 403 `feature_not_enabled` or 429 `rate_limit_exceeded`
 */
export function passDoor(
  emulator: Emulator,
  operation: Operation,
  authorization: string | undefined,
  arrivedMilliseconds: number,
): void {
  const { settings, statistics, rate, qrRate } = emulator;
  const needsToken = operation !== 'quota' || settings.quotaNeedsToken;
  if (needsToken && authorization !== settings.token) throw authenticationFailure();
  if (operation === 'create' && !settings.featureEnabled) throw featureNotEnabled();

  const inQrRate = operation === 'qr';
  const inRate = countsToRate(operation, settings);
  const refusedByQrRate = inQrRate && !qrRate.hasRoom(arrivedMilliseconds);
  const refusedByRate = !refusedByQrRate && inRate && !rate.hasRoom(arrivedMilliseconds);
  const refused = refusedByQrRate || refusedByRate;
  if (!refused || settings.refusedCountsToRate) {
    if (inQrRate) qrRate.hold(arrivedMilliseconds);
    if (inRate) rate.hold(arrivedMilliseconds);
  }
  if (!refused) return;
  statistics.refused[refusedByQrRate ? 'qrRate' : 'rate'] += 1;
  throw rateLimitExceeded(settings.limitMessages);
}

/** Whether a call takes a place in the general window. */
export function countsToRate(operation: Operation, settings: Settings): boolean {
  if (operation === 'quota') return settings.quotaCountsToRate;
  return operation !== 'qr' || settings.qrCountsToRate;
}
