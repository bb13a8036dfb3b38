import * as z from 'zod';
import {
  type Action,
  type ApiContract,
  anyActionSchema,
  type Command,
  commandSchema,
  identity,
  instant,
  leastTtlToKeepSeconds,
  metadata,
  tooShortToKeep,
} from './command.ts';
import { faultsOfIssue } from './command-faults.ts';
import type { OpenedMessage } from './envelope.ts';
import type { Fault } from './fault.ts';
import { isObject } from './json-object.ts';
import { controlMessage, hasControls } from './link-data.ts';
import type { Producer, Templates } from './producer.ts';
import { ttlSeconds } from './ttl.ts';

/** `requestedAt` may be this far ahead of the message's sent time, for clocks that differ. */
const clockToleranceMilliseconds = 5 * 60_000;

/** What can be told of a command that was refused: enough to answer its producer. */
export interface RefusedCommand {
  faults: Fault[];
  source: string | null;
  requestId: string | null;
  action: Action | null;
  metadata?: Record<string, string>;
}

export type CommandReading = { command: Command } | { refused: RefusedCommand };

/**
 * Makes the reader of one lane: it checks a raw command against the contract and its producer's rights, and tells all
 * faults at once. Nothing invalid gets past it, so nothing invalid spends quota.
 */
export function commandReader(lane: { contract: ApiContract; producers: Producer[]; templates: Templates }) {
  const schema = commandSchema(lane.contract);
  const anyAction = anyActionSchema(lane.contract);
  const producers = new Map(lane.producers.map((producer) => [producer.source, producer]));

  return ({ command: raw, faults: ofText }: OpenedMessage, sentAtMilliseconds: number): CommandReading => {
    if (raw === undefined) return { refused: { faults: shortened(ofText), ...nobody } };
    const parsed = schema.safeParse(raw);
    const faults = parsed.success ? [] : parsed.error.issues.flatMap(faultsOfIssue);
    // Without a known action the union looks no further.
    if (faults.some(({ path }) => path === 'action')) {
      faults.push(...(anyAction.safeParse(raw).error?.issues ?? []).flatMap(faultsOfIssue));
    }
    // A field that has to go needs no mending inside.
    const unknown = new Set(faults.filter(({ rule }) => rule === 'unknown-field').map(({ path }) => path));
    const isKnown = ({ path }: Fault) => !unknown.has(path.split('.')[0] ?? '');
    // A number that is refused as it is written needs no word about its type; one that breaks its field's rule none about digits.
    const written = new Set(ofText.filter(({ rule }) => rule === 'number').map(({ path }) => path));
    const ofFields = faults.filter(({ path, rule }) => rule !== 'type' || !written.has(path));
    const broken = new Set(ofFields.map(({ path }) => path));
    const ofWriting = ofText.filter(
      ({ path, rule }) => rule !== 'number' || path.startsWith('data.') || !broken.has(path),
    );
    const faultsFound = [
      ...ofFields,
      ...[...ofWriting, ...textFaults(raw)].filter(isKnown),
      ...rightsFaults(raw, producers, lane.templates),
      ...timeFaults(raw, sentAtMilliseconds),
    ];
    if (parsed.success && faultsFound.length === 0) return { command: parsed.data };
    return { refused: { faults: shortened(faultsFound), ...identityOf(raw, ofText) } };
  };
}

/** So many faults, with paths so long, fit an outcome into SNS's 256 KiB; a body may name tens of thousands. */
const [maxFaults, maxPathCharacters] = [100, 200];
/** Of one kind; the rest would say the same. */
const maxAlike = 20;

function shortened(faults: Fault[]): Fault[] {
  const different = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
  const alike = new Map<string, number>();
  const kinds = [...different.values()].filter(({ rule, message }) => {
    const sofar = alike.get(`${rule} ${message}`) ?? 0;
    alike.set(`${rule} ${message}`, sofar + 1);
    return sofar < maxAlike;
  });
  const told = kinds
    .slice(0, maxFaults)
    .map((fault) => ({ ...fault, path: fault.path.slice(0, maxPathCharacters).toWellFormed() }));
  const more = different.size - told.length;
  return more === 0 ? told : [...told, { path: '', rule: 'more', message: `and ${more} more faults` }];
}

/** What is configured instead: the first few. */
const offered = (all: readonly string[]) =>
  `: ${all.length === 0 ? 'it has none' : `${all.slice(0, 10).join(', ')}${all.length > 10 ? ', …' : ''}`}`;

/** Rights, judged on whatever fields are readable, so that they are told together with the other faults. */
function rightsFaults(raw: Record<string, unknown>, producers: Map<string, Producer>, templates: Templates): Fault[] {
  const faults: Fault[] = [];
  const producer = typeof raw.source === 'string' ? producers.get(raw.source) : undefined;
  if (typeof raw.source === 'string' && producer === undefined) {
    faults.push({ path: 'source', rule: 'not-allowed', message: 'is not a producer configured for this lane' });
  }
  if (typeof raw.onelinkId === 'string') {
    if (producer !== undefined && !producer.templates.includes(raw.onelinkId)) {
      faults.push({
        path: 'onelinkId',
        rule: 'not-allowed',
        message: `is not a template configured for this source${offered(producer.templates)}`,
      });
    }
    const domains = Object.hasOwn(templates, raw.onelinkId) ? (templates[raw.onelinkId]?.brandDomains ?? []) : [];
    // Who may not use a template is not told what is its.
    const mayKnow = producer?.templates.includes(raw.onelinkId) === true;
    const named: [string, unknown][] = [['brandDomain', raw.brandDomain]];
    if (isObject(raw.qr)) named.push(['qr.brandDomain', raw.qr.brandDomain]);
    for (const [path, domain] of named) {
      if (typeof domain === 'string' && !domains.includes(domain)) {
        const message = `is not a brand domain configured for this template${mayKnow ? offered(domains) : ''}`;
        faults.push({ path, rule: 'not-allowed', message });
      }
    }
  }
  return faults;
}

const isInstant = (value: unknown): value is string => instant.safeParse(value).success;

/** Instants against the time the message was sent, and the TTL against the wish to keep the link. */
function timeFaults(
  { action, requestedAt, keepUntil, ttl }: Record<string, unknown>,
  sentAtMilliseconds: number,
): Fault[] {
  const faults: Fault[] = [];
  if (isInstant(requestedAt) && Date.parse(requestedAt) > sentAtMilliseconds + clockToleranceMilliseconds) {
    const message = 'must not be more than five minutes ahead of the time the message was sent';
    faults.push({ path: 'requestedAt', rule: 'in-future', message });
  }
  if (!isInstant(keepUntil) || action === 'delete' || action === 'qr') return faults;
  if (Date.parse(keepUntil) <= sentAtMilliseconds) {
    faults.push({ path: 'keepUntil', rule: 'in-past', message: 'must be after the time the message was sent' });
  }
  // A TTL that is too long is told by its own rule.
  const isTtl = typeof ttl === 'string' || typeof ttl === 'number';
  const seconds = isTtl ? ttlSeconds(ttl, Number.MAX_SAFE_INTEGER) : undefined;
  if (seconds === undefined || seconds >= leastTtlToKeepSeconds) return faults;
  if (Date.parse(keepUntil) > sentAtMilliseconds + seconds * 1000) faults.push(tooShortToKeep('ttl'));
  return faults;
}

/** Names and values that would change on the way: what is written goes out as it is, or is refused. */
function textFaults(raw: Record<string, unknown>): Fault[] {
  return ['data', 'metadata'].flatMap((field) => mapFaults(field, raw[field]));
}

function mapFaults(field: string, map: unknown): Fault[] {
  if (!isObject(map)) return [];
  return Object.entries(map).flatMap(([name, value]): Fault[] => {
    const path = `${field}.${name.toWellFormed()}`;
    if (name === '__proto__') return [{ path, rule: 'name', message: 'is not a name that can be used' }];
    const text = typeof value === 'string' ? value : '';
    // In data it is told beside the other rules of parameters.
    if (field === 'metadata' && (hasControls(name) || hasControls(text))) {
      return [{ path, rule: 'control', message: controlMessage }];
    }
    if (name.isWellFormed() && text.isWellFormed()) return [];
    return [{ path, rule: 'unicode', message: 'must not hold half of a surrogate pair: UTF-8 cannot hold it' }];
  });
}

const nobody = { source: null, requestId: null, action: null };

/**
 * Who asks for what, as far as it is in order in itself.
 *
 * @param faults what the text has wrong: a field that stands there twice says nothing
 */
export function identityOf(raw: unknown, faults: readonly Fault[] = []): Omit<RefusedCommand, 'faults'> {
  if (!isObject(raw)) return nobody;
  const isTwice = (field: string) =>
    faults.some(({ path, rule }) => rule === 'duplicate' && (path === field || path.startsWith(`${field}.`)));
  const field = <Value>(name: string, schema: z.ZodType<Value>) =>
    isTwice(name) ? undefined : schema.safeParse(raw[name]).data;
  const kept = field('metadata', metadata);
  // Strict readers of JSON would refuse the whole outcome.
  const isSound = mapFaults('metadata', raw.metadata).length === 0;
  return {
    source: field('source', identity.source) ?? null,
    requestId: field('requestId', identity.requestId) ?? null,
    action: field('action', z.enum(['create', 'update', 'delete', 'qr'])) ?? null,
    ...(kept !== undefined && isSound && { metadata: kept }),
  };
}
