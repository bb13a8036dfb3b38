import * as z from 'zod';
import {
  type Action,
  type ApiContract,
  actions,
  anyActionSchema,
  type Command,
  commandSchema,
  instant,
  leastTtlToKeepSeconds,
  metadata,
  tooShortToKeep,
} from './command.ts';
import { faultsOfIssue } from './command-faults.ts';
import type { OpenedMessage } from './envelope.ts';
import { type Fault, offered } from './fault.ts';
import { identity } from './identity.ts';
import { isObject } from './json-object.ts';
import { controlMessage, hasControls } from './link-data.ts';
import type { Producer, Templates } from './producer.ts';
import { ttlSeconds } from './ttl.ts';

/** `requestedAt` may be this far ahead of the message's sent time, because clocks differ. */
const clockToleranceMilliseconds = 5 * 60_000;

/** What is known of a rejected command: its faults, and enough to answer its producer. */
export interface RefusedCommand {
  faults: Fault[];
  source: string | null;
  requestId: string | null;
  action: Action | null;
  metadata?: Record<string, string>;
}

/** A policy check of a raw command (domain/policy). `warnings` do not refuse the command. */
export type PolicyCheck = (
  raw: Record<string, unknown>,
  sentAtMilliseconds: number,
) => { faults: Fault[]; warnings: Fault[] };

/** For a reader without policies. */
export const noPolicy: PolicyCheck = () => ({ faults: [], warnings: [] });

export type CommandReading = { command: Command; warnings?: Fault[] } | { refused: RefusedCommand };

/** What the reader of a lane knows. */
export interface LaneRules {
  contract: ApiContract;
  producers: Producer[];
  templates: Templates;
  policy: PolicyCheck;
}

/**
 * Makes one lane's reader. It checks a raw command against the contract, its producer's rights and the policies, and returns
 * all faults at once. It accepts no invalid command, so no invalid command spends quota.
 */
export function commandReader(lane: LaneRules) {
  const schema = commandSchema(lane.contract);
  const anyAction = anyActionSchema(lane.contract);
  const producers = new Map(lane.producers.map((producer) => [producer.source, producer]));

  return ({ command: raw, faults: ofText }: OpenedMessage, sentAtMilliseconds: number): CommandReading => {
    if (raw === undefined) return { refused: { faults: shortened(ofText), ...unknownIdentity } };
    const parsed = schema.safeParse(raw);
    const faults = parsed.success ? [] : parsed.error.issues.flatMap(faultsOfIssue);
    // If the action is unknown, the union checks nothing else.
    if (faults.some(({ path }) => path === 'action')) {
      faults.push(...(anyAction.safeParse(raw).error?.issues ?? []).flatMap(faultsOfIssue));
    }
    // An unknown field must be removed, so faults inside it do not matter.
    const unknown = new Set(faults.filter(({ rule }) => rule === 'unknown-field').map(({ path }) => path));
    const isKnown = ({ path }: Fault) => !unknown.has(path.split('.')[0] ?? '');
    // A number refused for its digits gets no fault about its type. A number that breaks its field's rule gets none
    // about digits.
    const written = new Set(ofText.filter(({ rule }) => rule === 'number').map(({ path }) => path));
    const ofFields = faults.filter(({ path, rule }) => rule !== 'type' || !written.has(path));
    const broken = new Set(ofFields.map(({ path }) => path));
    const ofWriting = ofText.filter(
      ({ path, rule }) => rule !== 'number' || path.startsWith('data.') || !broken.has(path),
    );
    // An adopt's TTL counts only if the API reports none, so the worker checks it beside the link (taken-over-link.ts).
    const counting = raw.action === 'adopt' ? { ...raw, ttl: undefined } : raw;
    const policy = lane.policy(counting, sentAtMilliseconds);
    const faultsFound = [
      ...ofFields,
      ...[...ofWriting, ...textFaults(raw)].filter(isKnown),
      ...rightsFaults(raw, producers, lane.templates),
      ...actionFaults(raw, lane.contract, producers),
      ...timeFaults(counting, sentAtMilliseconds),
      ...policy.faults,
    ];
    if (parsed.success && faultsFound.length === 0) {
      const warnings = shortened(policy.warnings);
      return { command: parsed.data, ...(warnings.length > 0 && { warnings }) };
    }
    return { refused: { faults: shortened(faultsFound), ...identityOf(raw, ofText) } };
  };
}

/** What the account's version of the API does not have, or the producer. */
function actionFaults(
  { action, qr, source }: Record<string, unknown>,
  { hasQr = true, migrates = true }: ApiContract,
  producers: Map<string, Producer>,
): Fault[] {
  const noQr = { rule: 'no-qr', message: 'version 1.0 of the OneLink API has no QR codes: leave it out' };
  const [isCode, hasCode] = [!hasQr && action === 'qr', !hasQr && qr !== undefined];
  const faults: Fault[] = [];
  if (isCode) faults.push({ path: 'action', ...noQr });
  if (hasCode) faults.push({ path: 'qr', ...noQr });
  if (!migrates && action === 'migrate') {
    const remedy = 'send adopt, or configure version 2.0 (api) first';
    faults.push({
      path: 'action',
      rule: 'no-migrate',
      message: `the account is configured for version 1.0 of the OneLink API, which migrates no link: ${remedy}`,
    });
  }
  const producer = typeof source === 'string' ? producers.get(source) : undefined;
  if (action === 'get' && producer?.privateOutcomes !== true) faults.push(privateOutcomesNeeded);
  return faults;
}

/** A link's data must reach nobody but its owner. */
export const privateOutcomesNeeded: Fault = {
  path: 'action',
  rule: 'private-outcomes',
  message:
    'needs a private outcome queue, because its outcome holds the link’s data. Ask your platform team for the setting privateOutcomeQueue, or read the link over HTTP (GET /v1/links/…)',
};

/** With these limits an outcome fits into SNS's 256 KiB, although a body may have tens of thousands of faults. */
const [maxFaults, maxPathCharacters] = [100, 200];
/** The most faults of one kind. More of them would repeat the same message. */
const maxAlike = 20;

function shortened(faults: Fault[]): Fault[] {
  const different = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
  const alike = new Map<string, number>();
  const kinds = [...different.values()].filter(({ rule, message }) => {
    const sofar = alike.get(`${rule} ${message}`) ?? 0;
    alike.set(`${rule} ${message}`, sofar + 1);
    return sofar < maxAlike;
  });
  const shown = kinds
    .slice(0, maxFaults)
    .map((fault) => ({ ...fault, path: fault.path.slice(0, maxPathCharacters).toWellFormed() }));
  const more = different.size - shown.length;
  return more === 0 ? shown : [...shown, { path: '', rule: 'more', message: `and ${more} more faults` }];
}

/** The missing rights, found in all readable fields, so they are returned together with the other faults. */
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
    // A producer without rights to the template must not learn its brand domains.
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

/** The actions without a TTL and `keepUntil`. */
const hasNoLife: ReadonlySet<unknown> = new Set<Action>(['delete', 'qr', 'get']);
const isInstant = (value: unknown): value is string => instant.safeParse(value).success;

/** Checks instants against the message's sent time, and the TTL against `keepUntil`. */
function timeFaults(
  { action, requestedAt, keepUntil, ttl }: Record<string, unknown>,
  sentAtMilliseconds: number,
): Fault[] {
  const faults: Fault[] = [];
  if (isInstant(requestedAt) && Date.parse(requestedAt) > sentAtMilliseconds + clockToleranceMilliseconds) {
    const message = 'must not be more than five minutes ahead of the time the message was sent';
    faults.push({ path: 'requestedAt', rule: 'in-future', message });
  }
  if (!isInstant(keepUntil) || hasNoLife.has(action)) return faults;
  if (Date.parse(keepUntil) <= sentAtMilliseconds) {
    faults.push({ path: 'keepUntil', rule: 'in-past', message: 'must be after the time the message was sent' });
  }
  // The rule of `ttl` itself finds a TTL that is too long.
  const isTtl = typeof ttl === 'string' || typeof ttl === 'number';
  const seconds = isTtl ? ttlSeconds(ttl, Number.MAX_SAFE_INTEGER) : undefined;
  if (seconds === undefined || seconds >= leastTtlToKeepSeconds) return faults;
  if (Date.parse(keepUntil) > sentAtMilliseconds + seconds * 1000) faults.push(tooShortToKeep('ttl'));
  return faults;
}

/** Finds names and values that would change on the way. The pipeline sends text unchanged or rejects it. */
function textFaults(raw: Record<string, unknown>): Fault[] {
  return [...['data', 'metadata'].flatMap((field) => mapFaults(field, raw[field])), ...subjectFaults(raw.subject)];
}

function subjectFaults(subject: unknown): Fault[] {
  const path = 'subject';
  if (typeof subject !== 'string') return [];
  if (/\p{Cc}/u.test(subject)) return [{ path, rule: 'control', message: 'must not contain control characters' }];
  return subject.isWellFormed() ? [] : [{ path, rule: 'unicode', message: halfMessage }];
}

const halfMessage = 'must not contain half of a surrogate pair, which UTF-8 cannot encode';

function mapFaults(field: string, map: unknown): Fault[] {
  if (!isObject(map)) return [];
  return Object.entries(map).flatMap(([name, value]): Fault[] => {
    const path = `${field}.${name.toWellFormed()}`;
    if (name === '__proto__') return [{ path, rule: 'name', message: 'is not allowed as a name' }];
    const text = typeof value === 'string' ? value : '';
    // For data, `dataFaults` checks control characters.
    if (field === 'metadata' && (hasControls(name) || hasControls(text))) {
      return [{ path, rule: 'control', message: controlMessage }];
    }
    if (name.isWellFormed() && text.isWellFormed()) return [];
    return [{ path, rule: 'unicode', message: halfMessage }];
  });
}

const unknownIdentity = { source: null, requestId: null, action: null };

/**
 * The valid parts of a command's identity.
 *
 * @param faults the faults of the text: the value of a duplicate field is unknown
 */
export function identityOf(raw: unknown, faults: readonly Fault[] = []): Omit<RefusedCommand, 'faults'> {
  if (!isObject(raw)) return unknownIdentity;
  const isTwice = (field: string) =>
    faults.some(({ path, rule }) => rule === 'duplicate' && (path === field || path.startsWith(`${field}.`)));
  const field = <Value>(name: string, schema: z.ZodType<Value>) =>
    isTwice(name) ? undefined : schema.safeParse(raw[name]).data;
  const kept = field('metadata', metadata);
  // Metadata with faults is left out, because strict JSON readers would refuse the whole outcome.
  const isSound = mapFaults('metadata', raw.metadata).length === 0;
  return {
    source: field('source', identity.source) ?? null,
    requestId: field('requestId', identity.requestId) ?? null,
    action: field('action', z.enum(actions)) ?? null,
    ...(kept !== undefined && isSound && { metadata: kept }),
  };
}
