import type { HeldSender, HeldStore } from '../../../lambdas/adapters/held-store.ts';
import { identityOf } from '../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../lambdas/domain/contract/envelope.ts';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import { untilAborted } from '../../pipeline/in-order.ts';
import { instantWords, visible } from '../../words/words.ts';

/** A held command: what it asks for, and none of its values. The words are those of an unknown sender. */
export interface ShownCommand {
  /** Null if it is not readable. */
  requestId: string | null;
  action: string | null;
  lane: string;
  messageId: string;
  /** ISO 8601. */
  sentAt: string;
}

/** What was shown, and what is left. */
export interface Shown {
  shown: number;
  /** All commands of the sender, by the names of their lots. */
  held: number;
  unreadable: number;
}

/** Shows a sender's held commands, oldest first, up to `limit`. It changes nothing. */
export async function showHeld(
  store: Pick<HeldStore, 'lots' | 'read'>,
  sender: HeldSender,
  limit: number,
  onCommand: (command: ShownCommand) => void,
  signal?: AbortSignal,
): Promise<Shown> {
  const done: Shown = { shown: 0, held: 0, unreadable: 0 };
  for await (const lot of untilAborted(store.lots(sender), signal)) {
    done.held += lot.commands;
    if (done.shown >= limit) continue;
    const { commands, unreadable } = await store.read(lot);
    done.unreadable += unreadable.length;
    for (const command of commands.slice(0, limit - done.shown)) {
      done.shown++;
      onCommand(shownOf(command));
    }
  }
  return done;
}

function shownOf({ body, lane, messageId, sentAtMilliseconds }: ParkedCommand): ShownCommand {
  const { command } = openEnvelope(body);
  const asked = command === undefined ? undefined : identityOf(command);
  return {
    requestId: asked?.requestId ?? null,
    action: asked?.action ?? null,
    lane,
    messageId,
    sentAt: new Date(sentAtMilliseconds).toISOString(),
  };
}

export function shownWords({ requestId, action, lane, messageId, sentAt }: ShownCommand): string {
  const asked = requestId === null ? `message ${visible(messageId)}` : visible(requestId);
  return [asked, action ?? '?', visible(lane), `sent ${instantWords(Date.parse(sentAt))} UTC`].join('  ');
}
