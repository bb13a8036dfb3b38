import * as z from 'zod';
import { faultsOfIssue } from './command-faults.ts';
import type { OpenedMessage } from './envelope.ts';
import type { Fault } from './fault.ts';
import { instantProblem } from './instant.ts';
import { isObject } from './json-object.ts';
import { controlMessage, type DataLimit, dataAsText, dataFaults, hasControls } from './link-data.ts';
import { qrFormats } from './link-spec.ts';
import type { Producer, Templates } from './producer.ts';
import { ttlSeconds } from './ttl.ts';

/** What the API takes, where its documents of different dates disagree. */
export interface ApiContract extends DataLimit {
  /** 365 in the first documents, 730 in newer ones. */
  maxTtlDays: number;
}

const instant = z.iso
  .datetime({
    offset: true,
    // One that is missing is told as any other missing field.
    error: ({ input }) => (typeof input === 'string' ? instantProblem(input) : undefined),
  })
  // ISO 8601 takes decimals without end: they would fill a record of the ledger, or a message that has to be sent again.
  .max(64, 'must not be longer than 64 characters');
const identity = {
  source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .describe('The producer, as named in the pipeline’s configuration.'),
  requestId: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters without spaces')
    .describe(
      'Unique within the source. The same requestId again means the same request: it is answered, not repeated.',
    ),
};
const onelinkId = z
  .string()
  .regex(/^[A-Za-z0-9]{4,8}$/, 'must be a template ID: 4 to 8 letters and digits')
  .describe('The ID of the OneLink template.');
const shortlinkId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,50}$/, 'must be 1 to 50 letters, digits, dashes or underscores')
  .describe('The last part of the short URL; case matters.');
const brandDomain = z
  .string()
  .regex(/^[A-Za-z0-9.-]{1,253}(?:\/[^\s?#]{0,200})?$/, 'must be a domain name, with a path if the template says so')
  .describe('One of the brand domains configured for the template.');
const metadata = z
  .record(
    z.string().min(1, 'a name must not be empty').max(64, 'a name must not be longer than 64 characters'),
    z.string().max(256, 'must not be longer than 256 characters'),
  )
  .refine((map) => Object.keys(map).length <= 10, {
    error: 'must not have more than 10 entries',
    params: { rule: 'length' },
    // Whatever else is wrong with it.
    when: ({ value }) => isObject(value),
  })
  .describe('Comes back with every outcome; the pipeline does not look at it.');

const qrOptions = z
  .strictObject({
    size: z.int().min(1).max(3000).optional().describe('Width and height in pixels; 300 unless given, 3,000 at most.'),
    format: z.enum(qrFormats).default('png').describe('`jpeg` is another name for `jpg`.'),
    margin: z.boolean().optional().describe('The quiet zone around the code.'),
    brandDomain: brandDomain.optional(),
  })
  .describe('Asks for a QR image.');
export type QrOptions = z.output<typeof qrOptions>;

const common = {
  specVersion: z.literal('1.0'),
  ...identity,
  onelinkId,
  requestedAt: instant.describe('When the producer asked. Orders the changes of one link.'),
  validUntil: instant.optional().describe('After this instant the command is answered `stale` and costs nothing.'),
  metadata: metadata.optional(),
};

/** Fields of a link that create and update share. */
const linkFields = (contract: ApiContract) => ({
  data: z
    .record(z.string(), z.unknown())
    .check((context) => {
      for (const { path, rule, message } of dataFaults(context.value, contract)) {
        context.issues.push({
          code: 'custom',
          input: undefined,
          path: path.split('.').slice(1, 2),
          message,
          params: { rule, parameter: path },
          continue: true,
        });
      }
    })
    .transform(dataAsText)
    .describe('The link’s parameters. `pid`, the media source, is mandatory.'),
  ttl: z
    .union([z.string(), z.number()], { error: 'must be text such as 14d, or a whole number of days' })
    .refine((ttl) => ttlSeconds(ttl, contract.maxTtlDays) !== undefined, {
      error: `must be minutes, hours or days (10m, 20h, 14d; a bare number means days), above zero, without leading zeros and at most ${contract.maxTtlDays} days`,
      params: { rule: 'ttl' },
    })
    .optional()
    .describe(
      'How long the link lives: 10m, 20h, 14d. Unless given, 31 days in a create, and the link’s own in an update.',
    ),
  renewTtl: z
    .boolean()
    .optional()
    .describe(
      'Whether each click and update extends the life by the TTL again. Unless given, true in a create, and as the link has it in an update.',
    ),
  brandDomain: brandDomain
    .optional()
    .describe(
      'One of the brand domains configured for the template. Unless given, the template’s own in a create, and the link’s in an update.',
    ),
  keepUntil: instant
    .optional()
    .describe(
      'The pipeline renews the link until then, whether or not anybody clicks it. Must be after the time the command is sent. Later than the end of its TTL, it asks for a TTL of 14 days or more, which an update may leave as the link has it. An update without it changes nothing about it.',
    ),
});

const onConflict = z
  .enum(['reject', 'derive'])
  .describe('What to do when the chosen shortlinkId is another link’s; as the lane is configured unless given.');

/**
 * The contract for producers: one command. JSON Schema for other languages is generated from it.
 * What it does not tell (a producer's rights, fields that depend on one another, instants) is checked by `commandReader`.
 */
export function commandSchema(contract: ApiContract) {
  return z.discriminatedUnion('action', [
    z.strictObject({
      ...common,
      action: z.literal('create'),
      shortlinkId: shortlinkId.optional().describe('Derived from source and requestId unless given.'),
      onConflict: onConflict.optional(),
      ...linkFields(contract),
      qr: qrOptions.optional(),
    }),
    z.strictObject({ ...common, action: z.literal('update'), shortlinkId, ...linkFields(contract) }),
    z.strictObject({ ...common, action: z.literal('delete'), shortlinkId }),
    z.strictObject({ ...common, action: z.literal('qr'), shortlinkId, qr: qrOptions.prefault({}) }),
  ]);
}

export type Command = z.output<ReturnType<typeof commandSchema>>;
export type Action = Command['action'];
export type CreateCommand = Extract<Command, { action: 'create' }>;
export type UpdateCommand = Extract<Command, { action: 'update' }>;
export type DeleteCommand = Extract<Command, { action: 'delete' }>;
export type QrCommand = Extract<Command, { action: 'qr' }>;

/** Every field that some action has, for a command whose own action is not known: what is there can be told all the same. */
function anyActionSchema(contract: ApiContract) {
  const link = linkFields(contract);
  return z.strictObject({
    ...common,
    action: z.unknown().optional(),
    shortlinkId: shortlinkId.optional(),
    onConflict: onConflict.optional(),
    ...link,
    data: link.data.optional(),
    qr: qrOptions.optional(),
  });
}

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

/** A link that is to be kept is renewed a week before it expires: with less than two weeks to live it could be too late. */
export const leastTtlToKeepSeconds = 14 * 86_400;

/** The fault of a life that is too short for a link that is to be kept beyond it. */
export const tooShortToKeep = (path: 'ttl' | 'keepUntil'): Fault => ({
  path,
  rule: 'keep',
  message: 'asks for a TTL of at least 14 days, where the link is to be kept for longer than its TTL',
});

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
