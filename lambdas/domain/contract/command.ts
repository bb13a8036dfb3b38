import * as z from 'zod';
import type { Fault } from './fault.ts';
import { instantProblem } from './instant.ts';
import { isObject } from './json-object.ts';
import { type DataLimit, dataAsText, dataFaults } from './link-data.ts';
import { qrFormats } from './link-spec.ts';
import { ttlSeconds } from './ttl.ts';

/** What the API takes, where its documents of different dates disagree. */
export interface ApiContract extends DataLimit {
  /** 365 in the first documents, 730 in newer ones. */
  maxTtlDays: number;
}

/** RFC 3339, with seconds and a time zone. */
export const instant = z.iso
  .datetime({
    offset: true,
    // One that is missing is told as any other missing field.
    error: ({ input }) => (typeof input === 'string' ? instantProblem(input) : undefined),
  })
  // ISO 8601 takes decimals without end: they would fill a record of the ledger, or a message that has to be sent again.
  .max(64, 'must not be longer than 64 characters');
export const identity = {
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
export const metadata = z
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
 * What it does not tell (a producer's rights, fields that depend on one another, instants) is checked by `commandReader` (command-reading.ts).
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
export function anyActionSchema(contract: ApiContract) {
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

/** A link that is to be kept is renewed a week before it expires: with less than two weeks to live it could be too late. */
export const leastTtlToKeepSeconds = 14 * 86_400;

/** The fault of a life that is too short for a link that is to be kept beyond it. */
export const tooShortToKeep = (path: 'ttl' | 'keepUntil'): Fault => ({
  path,
  rule: 'keep',
  message: 'asks for a TTL of at least 14 days, where the link is to be kept for longer than its TTL',
});
