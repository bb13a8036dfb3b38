import type { HeldSender, HeldStore } from '../../../lambdas/adapters/held-store.ts';
import { untilAborted } from '../in-order.ts';
import { summarise } from './parked-lots.ts';

/** What is held from one sender, by the names of its lots alone. */
export interface HeldCommands extends HeldSender {
  commands: number;
  /** Epoch milliseconds at which the oldest was held; undefined if its lot's name does not tell. */
  sinceMilliseconds: number | undefined;
}

export async function heldOf(
  store: Pick<HeldStore, 'lots'>,
  held: HeldSender,
  signal?: AbortSignal,
): Promise<HeldCommands> {
  const { commands, oldestMilliseconds } = await summarise(held.source, untilAborted(store.lots(held), signal));
  return { ...held, commands, sinceMilliseconds: oldestMilliseconds };
}

/** The held commands of every sender. Not all of them after an interruption. */
export async function allHeld(
  store: Pick<HeldStore, 'senders' | 'lots'>,
  signal?: AbortSignal,
): Promise<HeldCommands[]> {
  const found: HeldCommands[] = [];
  for await (const held of untilAborted(store.senders(), signal)) found.push(await heldOf(store, held, signal));
  return found;
}
