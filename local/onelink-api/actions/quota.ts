import { type Answer, ok } from '../answer.ts';
import type { Emulator } from '../emulator.ts';
import { ApiError } from '../errors.ts';
import type { Call } from '../operations.ts';

/**
 * GET /shortlinks-quota/{account-id}: the calls left in this UTC month. The API publishes no error for a wrong account.
 */
export function showQuota(emulator: Emulator, call: Call): Answer {
  if (call.onelinkId !== emulator.settings.accountId) {
    throw new ApiError(404, 'invalid_parameter', 'Account not found');
  }
  return ok(JSON.stringify({ remaining_api_calls: emulator.quota.remaining }));
}
