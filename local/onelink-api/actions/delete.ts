import { type Answer, ok } from '../answer.ts';
import type { Emulator } from '../emulator.ts';
import type { Call } from '../operations.ts';
import { linkFor } from './read.ts';

/** DELETE /shortlinks/{onelink-id}/{shortlink-id}: removes the link at once and frees its ID. */
export function deleteLink(emulator: Emulator, call: Call): Answer {
  emulator.store.delete(linkFor(emulator, call));
  return ok('"ok"');
}
