import { createHmac } from 'node:crypto';
import type { Command } from '../contract/command.ts';

/** Text that is the same for equal JSON values, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  // Without a prototype, so that a parameter of any name is a property like all others.
  const ordered: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) ordered[key] = inOrder((value as Record<string, unknown>)[key]);
  return ordered;
}

/** Keyed, since a payload of few possible values could be guessed from a plain hash. 128 bits, as hexadecimal text. */
function keyedDigest(secret: string, kind: string, value: unknown): string {
  return createHmac('sha256', secret)
    .update(`${kind}\0${canonical(value)}`)
    .digest('hex')
    .slice(0, 32);
}

/**
 * Tells whether two commands with one `requestId` ask for the same thing. When it was asked, until when it counts and
 * what goes back with the outcome may differ: producers that repeat a request stamp it anew.
 */
export function commandDigest(secret: string, command: Command): string {
  const { specVersion: _, requestedAt: __, validUntil: ___, metadata: ____, ...asked } = command;
  return keyedDigest(secret, 'command', asked);
}

/** Stands in the ledger for a link's data, whether as it was asked for or as the API gives it back. */
export function dataDigest(secret: string, data: Record<string, unknown>): string {
  return keyedDigest(secret, 'data', inOneForm(data));
}

/** Whether the data the API holds is the data that was asked for. */
export function sameData(asked: Record<string, string>, held: Record<string, unknown>): boolean {
  return asked === held || canonical(inOneForm(asked)) === canonical(inOneForm(held));
}

/** Without what the API may do to the form: numbers and booleans made text, angle brackets encoded on the way. */
function inOneForm(data: Record<string, unknown>): Record<string, string> {
  const form = (value: unknown) => {
    const text = String(value);
    // Asked first, since this is done for each value of each link.
    return text.includes('%3') ? text.replaceAll(/%3c/gi, '<').replaceAll(/%3e/gi, '>') : text;
  };
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [form(name), form(value)]));
}
