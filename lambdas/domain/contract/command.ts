import * as z from 'zod';
import type { Fault } from './fault.ts';
import { identity } from './identity.ts';
import { instantProblem } from './instant.ts';
import { isObject } from './json-object.ts';
import { type DataLimit, dataAsText, dataFaults } from './link-data.ts';
import { ttlSeconds } from './ttl.ts';

/** The API's limits on which its versions, or its older and newer documentation, disagree. */
export interface ApiContract extends DataLimit {
  /** 365 in the first documentation, 730 in the newer one, 31 in version 1.0. */
  maxTtlDays: number;
  /** Whether the API makes QR codes of its links. Default: it does. */
  hasQr?: boolean;
  /** Whether the API takes over links of its version 1.0. Default: it does. Version 1.0 itself cannot. */
  migrates?: boolean;
}

/** What a command asks for. */
export const actions = ['create', 'update', 'delete', 'qr', 'adopt', 'migrate', 'get'] as const;

/** RFC 3339, with seconds and a time zone. */
export const instant = z.iso
  .datetime({
    offset: true,
    // A missing instant gets the fault of any other missing field.
    error: ({ input }) => (typeof input === 'string' ? instantProblem(input) : undefined),
  })
  // ISO 8601 allows any number of decimals. They could exceed the size of a ledger record or a message.
  .max(64, 'must not be longer than 64 characters');
const onelinkId = z
  .string()
  .regex(/^[A-Za-z0-9]{4,8}$/, 'must be a template ID: 4 to 8 letters and digits')
  .describe('The ID of the OneLink template.');
const shortlinkId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,50}$/, 'must be 1 to 50 letters, digits, dashes or underscores')
  .describe('The last part of the short URL, case-sensitive.');
const brandDomain = z
  .string()
  .regex(/^[A-Za-z0-9.-]{1,253}(?:\/[^\s?#]{0,200})?$/, 'must be a domain name, with a path if the template has one')
  .describe('One of the brand domains configured for the template.');
export const metadata = z
  .record(
    z.string().min(1, 'a name must not be empty').max(64, 'a name must not be longer than 64 characters'),
    z.string().max(256, 'must not be longer than 256 characters'),
  )
  .refine((map) => Object.keys(map).length <= 10, {
    error: 'must not have more than 10 entries',
    params: { rule: 'length' },
    // Checked even if the map has other faults.
    when: ({ value }) => isObject(value),
  })
  .describe('Returned with every outcome. The pipeline does not read it.');

export const subject = z
  .string()
  .max(256, 'must not be longer than 256 characters')
  .regex(/\S/, 'must not be blank')
  .describe(
    'The person whom the link concerns, by a name of your own, such as a customer number. The ledger keeps a keyed digest of it only, so that an operator can find and erase what concerns that person.',
  );

export const qrOptions = z
  .strictObject({
    size: z.int().min(1).max(3000).optional().describe('Width and height in pixels. Default: 300. At most 3,000.'),
    format: z.enum(['png', 'jpg', 'jpeg']).default('png').describe('`jpeg` is another name for `jpg`.'),
    margin: z.boolean().optional().describe('The quiet zone around the code.'),
    brandDomain: brandDomain.optional(),
  })
  .describe('Requests a QR image.');
export type QrOptions = z.output<typeof qrOptions>;

const common = {
  specVersion: z.literal('1.0'),
  ...identity,
  onelinkId,
  requestedAt: instant.describe('When the producer requested it. Orders the changes of one link.'),
  validUntil: instant.optional().describe('After this instant the command ends as `stale` and costs no quota.'),
  metadata: metadata.optional(),
  subject: subject.optional(),
};

/** Fields of a link that its actions share. */
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
    .describe('How long the link lives: 10m, 20h, 14d. Default: 31 days in a create, the link’s own TTL in an update.'),
  renewTtl: z
    .boolean()
    .optional()
    .describe(
      'Whether each click and update extends the link’s life by its TTL. Default: true in a create, the link’s own value in an update.',
    ),
  brandDomain: brandDomain
    .optional()
    .describe(
      'One of the brand domains configured for the template. Default: the template’s own domain in a create, the link’s in an update.',
    ),
  keepUntil: instant
    .optional()
    .describe(
      'The pipeline renews the link until then, even without clicks. Must be after the time the command is sent. If it is after the end of the TTL, the TTL must be at least 14 days. An update may keep the link’s own TTL. An update without it does not change it.',
    ),
});

/** What a GET of a link does not show. The command can tell it, so that the link's record is true. */
const hiddenFields = (contract: ApiContract) => {
  const { ttl, renewTtl, brandDomain, keepUntil } = linkFields(contract);
  return {
    ttl: ttl.describe('The link’s TTL, if the API does not report it (version 1.0). Default: 31 days.'),
    renewTtl: renewTtl.describe('Whether clicks extend the link’s life by its TTL. No GET shows it. Default: true.'),
    brandDomain: brandDomain.describe(
      'The brand domain of the link’s short URL, if it has one. No GET shows it. Default: the template’s own domain.',
    ),
    keepUntil: keepUntil.describe(
      'The pipeline renews the link until then, even without clicks. Must be after the time the command is sent. If it is after the link’s expiry, the link’s TTL must be at least 14 days.',
    ),
  };
};

/** The fields of a migration: an update whose data may be the link's own. */
const migrationFields = (contract: ApiContract) => {
  const { data, ttl, renewTtl, brandDomain, keepUntil } = linkFields(contract);
  return {
    data: data.optional().describe('The link’s parameters from then on. Default: its own, as a GET shows them.'),
    ttl: ttl.describe('How long the link lives from then on: 10m, 20h, 14d. Default: the link’s own TTL.'),
    renewTtl: renewTtl.describe(
      'Whether each click and update extends the link’s life by its TTL. Default: the link’s own value, which no GET shows. The ledger then has true.',
    ),
    brandDomain: brandDomain.describe(
      'One of the brand domains configured for the template. Default: the link’s own domain. For a link with a brand domain, give it, because no GET shows it.',
    ),
    keepUntil,
  };
};

const onConflict = z
  .enum(['reject', 'derive'])
  .describe('What to do if another link has the chosen shortlinkId. Default: the lane’s configuration.');

/**
 * The contract for producers: one command. `npm run schemas` generates the JSON Schema for other languages from it.
 * `commandReader` (command-reading.ts) checks what a schema cannot: a producer's rights, instants, and dependent
 * fields.
 */
export function commandSchema(contract: ApiContract) {
  return z.discriminatedUnion('action', [
    z.strictObject({
      ...common,
      action: z.literal('create'),
      shortlinkId: shortlinkId.optional().describe('Default: derived from source and requestId.'),
      onConflict: onConflict.optional(),
      ...linkFields(contract),
      qr: qrOptions.optional(),
    }),
    z.strictObject({ ...common, action: z.literal('update'), shortlinkId, ...linkFields(contract) }),
    z.strictObject({ ...common, action: z.literal('delete'), shortlinkId }),
    z.strictObject({ ...common, action: z.literal('qr'), shortlinkId, qr: qrOptions.prefault({}) }),
    z.strictObject({ ...common, action: z.literal('adopt'), shortlinkId, ...hiddenFields(contract) }),
    z.strictObject({ ...common, action: z.literal('migrate'), shortlinkId, ...migrationFields(contract) }),
    z.strictObject({ ...common, action: z.literal('get'), shortlinkId }),
  ]);
}

export type Command = z.output<ReturnType<typeof commandSchema>>;
export type Action = Command['action'];
export type CreateCommand = Extract<Command, { action: 'create' }>;
export type UpdateCommand = Extract<Command, { action: 'update' }>;
export type DeleteCommand = Extract<Command, { action: 'delete' }>;
export type QrCommand = Extract<Command, { action: 'qr' }>;
export type AdoptCommand = Extract<Command, { action: 'adopt' }>;
export type MigrateCommand = Extract<Command, { action: 'migrate' }>;
export type GetCommand = Extract<Command, { action: 'get' }>;

/** The fields of a create or an update at the API, by the command's names. */
export type LinkSpec = Pick<CreateCommand, 'data' | 'ttl' | 'renewTtl' | 'brandDomain'>;

/** The fields of all actions. It finds the faults of a command whose action is unknown. */
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

/** The pipeline renews a kept link a week before it expires. With a TTL below two weeks, that could be too late. */
export const leastTtlToKeepSeconds = 14 * 86_400;

/** The fault of a kept link whose TTL is too short. */
export const tooShortToKeep = (path: 'ttl' | 'keepUntil'): Fault => ({
  path,
  rule: 'keep',
  message: 'requires a TTL of at least 14 days if keepUntil is after the end of the TTL',
});
