import * as z from 'zod';
import { instant } from '../contract/command.ts';
import { faultsOfIssue } from '../contract/command-faults.ts';
import type { Fault } from '../contract/fault.ts';

/**
 * A row's fields of a command, as columns and defaults name them. `template` is the command's `onelinkId`. `short_url` names
 * template, short-link ID and brand domain of a link that exists. `expires_at` is an instant, and becomes the TTL. `metadata.{name}` and `data.{name}` (a link parameter) stand beside them.
 */
export const campaignFields = [
  'request_id',
  'action',
  'template',
  'shortlink_id',
  'short_url',
  'on_conflict',
  'ttl',
  'expires_at',
  'renew_ttl',
  'keep_until',
  'valid_until',
  'subject',
  'brand_domain',
  'qr',
  'qr_size',
  'qr_format',
  'qr_margin',
] as const;
export type CampaignField = (typeof campaignFields)[number];

/** What a column of the file holds: a field of the command, a part of its metadata, a link parameter, or nothing of it. */
const target = z
  .string()
  .regex(
    /^(?:[a-z]+(?:_[a-z]+)*|metadata\..{1,64}|data\..{1,100}|-)$/s,
    'must be a field, metadata.<name>, data.<parameter>, or - for a column that is only carried along',
  );

/** A campaign's name: the name of its file without the endings. It starts request IDs, so a file of the same name is the same campaign. */
export const campaignName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$/, 'must be 1 to 48 letters, digits, dots, dashes or underscores')
  .refine(
    (name) => !name.endsWith('-rejected'),
    'must not end in -rejected, as the rejected rows of another campaign do',
  );

/** The content of `<name>.campaign.json`. Every setting is optional. */
export const campaignSettingsSchema = z.strictObject({
  /** The template of rows that name none. Default: the source's only template. */
  template: z.string().optional(),
  /** Default: the source's first lane. */
  lane: z.string().optional(),
  /** Header → target, for headers that are no names of fields. All other columns are link parameters. */
  columns: z.record(z.string().min(1, 'must not be empty'), target).optional(),
  /** Columns without a target are only carried into the results. They are no link parameters. */
  passThrough: z.boolean().optional(),
  /** Target → the value of rows whose cell is empty. */
  defaults: z.record(target, z.string()).optional(),
  /** The header of the column that identifies a row, if it is not `request_id`. */
  key: z.string().min(1, 'must not be empty').optional(),
  /** When the last row must be done. It decides which campaign goes first when the lane is tight. */
  sendBy: instant.optional(),
  /** `required`: the campaign waits for `onelink campaign approve`, whatever the configuration asks for. */
  approval: z.enum(['automatic', 'required']).optional(),
  /** ISO 8601 instant, which all rows of this drop carry as `requestedAt`. Default: when the file arrived. */
  requestedAt: instant.optional(),
});
export type CampaignSettings = z.output<typeof campaignSettingsSchema>;

/** Each fault of settings. `path` is the setting; empty for the settings as a whole. */
export function settingsFaults({ issues }: z.core.$ZodError): Fault[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const within = issue.path.map((part) => `${String(part)}.`).join('');
      return issue.keys.map((key) => ({ path: `${within}${key}`, rule: 'unknown-field', message: 'is not a setting' }));
    }
    if (issue.code === 'invalid_type' && issue.path.length === 0) {
      return [{ path: '', rule: 'type', message: 'must be one JSON object: {"template": "A1b3"}' }];
    }
    if (issue.code === 'too_small') {
      return [{ path: issue.path.map(String).join('.'), rule: 'length', message: issue.message }];
    }
    return faultsOfIssue(issue);
  });
}
