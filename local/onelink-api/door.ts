import type { Emulator } from './emulator.ts';
import { authenticationFailure, featureNotEnabled, rateLimitExceeded } from './errors.ts';
import type { SlidingWindow } from './limits.ts';
import type { Call } from './operations.ts';
import type { Settings } from './settings.ts';

/**
 * Admits or refuses a call, in this order: token, feature, rate. (The monthly quota is checked later, with the body,
 * since it counts work, not calls.)
 *
 * A call with a wrong token belongs to no account and takes no place in a window. The settings decide whether the quota
 * operation needs the token, and which calls count to the general window. A call needs room in each of its windows. If
 * one refuses it, it takes a place in none, unless the settings say that refused calls count.
 * @throws ApiError 401, 403 `feature_not_enabled` or 429 `rate_limit_exceeded`
 */
export function passDoor(
  emulator: Emulator,
  call: Call,
  authorization: string | undefined,
  receivedMilliseconds: number,
): void {
  const { settings, statistics } = emulator;
  const needsToken = call.operation !== 'quota' || settings.quotaNeedsToken;
  if (needsToken && authorization !== settings.token) throw authenticationFailure();
  if (call.operation === 'create' && !settings.featureEnabled) throw featureNotEnabled();

  const windows = windowsOf(emulator, call);
  const full = windows.find(([, window]) => !window.hasRoom(receivedMilliseconds));
  if (full === undefined || settings.refusedCountsToRate) {
    for (const [, window] of windows) window.hold(receivedMilliseconds);
  }
  if (full === undefined) return;
  statistics.refused[full[0]] += 1;
  throw rateLimitExceeded(settings.limitMessages);
}

/** The windows that count a call. The first full one refuses it. */
function windowsOf({ settings, rate, qrRate, v1Rate }: Emulator, call: Call) {
  const windows: ['qrRate' | 'v1Rate' | 'rate', SlidingWindow][] = [];
  if (call.operation === 'qr') windows.push(['qrRate', qrRate]);
  if (call.api === 'v1.0') windows.push(['v1Rate', v1Rate]);
  if (countsToRate(call, settings)) windows.push(['rate', rate]);
  return windows;
}

/** Whether a call takes a place in the general window. */
export function countsToRate({ api, operation }: Call, settings: Settings): boolean {
  if (api === 'v1.0') return settings.v1CountsToRate;
  if (operation === 'quota') return settings.quotaCountsToRate;
  return operation !== 'qr' || settings.qrCountsToRate;
}
