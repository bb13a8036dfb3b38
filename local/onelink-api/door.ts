import type { Emulator } from './emulator.ts';
import { authenticationFailure, featureNotEnabled, rateLimitExceeded } from './errors.ts';
import type { Operation } from './operations.ts';
import type { Settings } from './settings.ts';

/**
 * Admits or refuses a call, in this order: token, feature, rate. (The monthly quota is checked later, with the body,
 * since it counts work, not calls.)
 *
 * A call with a wrong token belongs to no account and takes no place in a window. The settings decide whether the quota
 * operation needs the token and counts to the rate. A QR call needs room in both windows. If one refuses it, it takes a
 * place in neither, unless the settings say that refused calls count.
 * @throws ApiError 401, 403 `feature_not_enabled` or 429 `rate_limit_exceeded`
 */
export function passDoor(
  emulator: Emulator,
  operation: Operation,
  authorization: string | undefined,
  receivedMilliseconds: number,
): void {
  const { settings, statistics, rate, qrRate } = emulator;
  const needsToken = operation !== 'quota' || settings.quotaNeedsToken;
  if (needsToken && authorization !== settings.token) throw authenticationFailure();
  if (operation === 'create' && !settings.featureEnabled) throw featureNotEnabled();

  const inQrRate = operation === 'qr';
  const inRate = countsToRate(operation, settings);
  const refusedByQrRate = inQrRate && !qrRate.hasRoom(receivedMilliseconds);
  const refusedByRate = !refusedByQrRate && inRate && !rate.hasRoom(receivedMilliseconds);
  const refused = refusedByQrRate || refusedByRate;
  if (!refused || settings.refusedCountsToRate) {
    if (inQrRate) qrRate.hold(receivedMilliseconds);
    if (inRate) rate.hold(receivedMilliseconds);
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
