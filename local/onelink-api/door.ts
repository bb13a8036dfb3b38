import type { Emulator } from './emulator.ts';
import { authenticationFailure, featureNotEnabled, rateLimitExceeded } from './errors.ts';
import type { Operation } from './operations.ts';

/**
 * What a call meets before anything is done for it, in this order: token, feature, rate. (The monthly quota comes
 * after, with the body, since it is about the work and not about the call.)
 *
 * A call with a wrong token belongs to no account and takes no place in a window. The quota operation asks for no token
 * and is under no rate: its 401 and 429 are not published. A QR call has to find room in both windows; refused by one,
 * it takes a place in neither, unless the settings say that refused calls count.
 * @throws ApiError 401, 403 `feature_not_enabled` or 429 `rate_limit_exceeded`
 */
export function passDoor(
  emulator: Emulator,
  operation: Operation,
  authorization: string | undefined,
  arrivedMilliseconds: number,
): void {
  if (operation === 'quota') return;
  const { settings, statistics, rate, qrRate } = emulator;
  if (authorization !== settings.token) throw authenticationFailure();
  if (operation === 'create' && !settings.featureEnabled) throw featureNotEnabled();

  const inQrRate = operation === 'qr';
  const inRate = !inQrRate || settings.qrCountsToRate;
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
