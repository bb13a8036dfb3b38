import { createHmac } from 'node:crypto';
import type { Command } from '../contract/command.ts';
import type { LinkAddress } from './link-id.ts';

/** Equal text for equal JSON values, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  // An object without a prototype, so a parameter of any name is an ordinary property.
  const ordered: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) ordered[key] = inOrder((value as Record<string, unknown>)[key]);
  return ordered;
}

/**
 * A keyed digest, since a plain hash would reveal a payload with few possible values. 128 bits, as hexadecimal text.
 */
function keyedDigest(secret: string, kind: string, value: unknown): string {
  return createHmac('sha256', secret)
    .update(`${kind}\0${canonical(value)}`)
    .digest('hex')
    .slice(0, 32);
}

/**
 * Equal for two commands that request the same thing under one `requestId`. `requestedAt`, `validUntil` and `metadata`
 * may differ, because producers set them again when they repeat a request.
 */
export function commandDigest(secret: string, command: Command): string {
  const { specVersion: _, requestedAt: __, validUntil: ___, metadata: ____, ...asked } = command;
  return keyedDigest(secret, 'command', asked);
}

/**
 * The digest of a person's name in commands (`subject`). Blanks around it do not count, nor does the way in which Unicode
 * writes an accented letter. So an operator finds what a producer has typed.
 */
export function subjectDigest(secret: string, subject: string): string {
  return keyedDigest(secret, 'subject', subject.normalize('NFC').trim());
}

/** The digest of a command's subject, as the records of its request and its link have it. */
export function subjectOf(secret: string, { subject }: Pick<Command, 'subject'>): { subject?: string } {
  return subject === undefined ? {} : { subject: subjectDigest(secret, subject) };
}

/** The digest of a link's data in the ledger. It is equal for the data as requested and as the API returns it. */
export function dataDigest(secret: string, data: Record<string, unknown>): string {
  return keyedDigest(secret, 'data', inOneForm(data));
}

/**
 * Names the delete of a link by an erasure, for its request ID. Short-link IDs are short, so a plain digest could be reversed by
 * trial.
 *
 * @param erasedAt epoch milliseconds
 */
export function erasureDigest(secret: string, address: LinkAddress, version: number, erasedAt: number): string {
  const { onelinkId, shortlinkId } = address;
  return keyedDigest(secret, 'erasure', [onelinkId, shortlinkId, version, erasedAt]);
}

/** Whether the API holds the requested data. */
export function sameData(asked: Record<string, string>, held: Record<string, unknown>): boolean {
  return asked === held || canonical(inOneForm(asked)) === canonical(inOneForm(held));
}

/** Undoes the API's changes of format: numbers and booleans become text, and angle brackets are decoded. */
function inOneForm(data: Record<string, unknown>): Record<string, string> {
  const form = (value: unknown) => {
    const text = String(value);
    // The test comes first for speed, because this runs for each value of each link.
    return text.includes('%3') ? text.replaceAll(/%3c/gi, '<').replaceAll(/%3e/gi, '>') : text;
  };
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [form(name), form(value)]));
}
