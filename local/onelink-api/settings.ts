import * as z from 'zod';

const templateId = z.string().regex(/^[A-Za-z0-9]{1,20}$/, 'a template ID is 1 to 20 letters and digits');
const host = z.string().regex(/^[a-z0-9][a-z0-9.-]*(?:\/[^\s?#]+)?$/, 'a lower-case host name, with an optional path');

const template = z.strictObject({
  /** `acme` makes short URLs of `https://acme.onelink.me/…`. */
  subdomain: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  /** The host of the template's short URLs, if it is not below onelink.me. */
  domain: host.optional(),
  /** The brand domains that a link of this template may have, as `go.acme.example` or `acme.example/go`. */
  brandDomains: z.array(host).default([]),
  /** Where a click without a better destination goes; `https://www.<subdomain>.example/` by default. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type Template = z.output<typeof template>;

/**
 * Everything about the emulated account, and the reading of the API where its documents disagree. The same object is
 * a start option, a configuration file and the body of `POST /__emulator/settings`.
 */
export const settingsSchema = z.strictObject({
  /** The raw value of the accepted `authorization` header. */
  token: z
    .string()
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'printable ASCII, as a header holds it')
    .default('local-token'),
  /** The account of the quota operation. */
  accountId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, 'letters, digits, _ and -')
    .default('acc-demo'),
  templates: z.record(templateId, template).default({
    A1b3: { subdomain: 'acme', brandDomains: ['go.acme.example'] },
    abc123: { subdomain: 'globex', brandDomains: [] },
  }),
  /** If false, a create gets 403 `feature_not_enabled`. The documents publish that answer for creates only. */
  featureEnabled: z.boolean().default(true),
  /** If false, a `brand_domain` gets 401 `Account validation failure`. */
  brandedLinks: z.boolean().default(true),
  /** POST, PUT and DELETE calls per UTC month. The documents publish 7.5 million. */
  monthlyQuota: z.int().min(0).default(7_500_000),
  /** Calls that cost quota: the two kinds that are known to, or every admitted call. */
  quotaCounts: z.enum(['successes-and-409', 'every-call']).default('successes-and-409'),
  /** Calls admitted in any second over all operations but the quota's. The documents publish 1,000. */
  requestsPerSecond: z.int().min(1).max(1_000_000).default(1000),
  /** QR calls admitted in any second. The documents publish 25. */
  qrRequestsPerSecond: z.int().min(1).max(1_000_000).default(25),
  /** Whether a QR call takes a place in the general window too. Unpublished. */
  qrCountsToRate: z.boolean().default(true),
  /** Whether a call refused for its rate takes a place in the window. Unpublished. */
  refusedCountsToRate: z.boolean().default(false),
  /** Maximum characters of `data`: 2,048 in the guide, 3,000 in newer texts. */
  maxDataCharacters: z.int().min(1).default(2048),
  /** Whether the query string that `data` makes has the same limit. The guide requires it for version 1.0. */
  queryStringCounts: z.boolean().default(false),
  /** Maximum days of `ttl`: 365 in the guide, 730 in newer texts. */
  maxTtlDays: z.int().min(1).max(36_500).default(365),
  /**
   * An unreadable or out-of-range `ttl` becomes the 31-day default without an error, or gets the 400 of older versions.
   */
  outOfRangeTtl: z.enum(['default', 'refuse']).default('default'),
  /**
   * Whether the quota operation needs the token. The reference demands it for all operations, but lists no 401 there.
   */
  quotaNeedsToken: z.boolean().default(true),
  /** Whether a quota call takes a place in the general window. Unpublished. */
  quotaCountsToRate: z.boolean().default(false),
  /** Whether a `null` in a body is a wrong value everywhere, or equals a field left out. Unpublished. */
  nulls: z.enum(['refuse', 'leave-out']).default('refuse'),
  /** Characters of a `shortlink_id`: letters and digits, as in the guide, or `_` and `-` too, as in examples. */
  shortlinkIdCharacters: z.enum(['seen', 'guide']).default('seen'),
  /** Names such as `ttl` and `brand_domain` inside `data`. The documents imply that the API refuses them. */
  reservedParameters: z.enum(['refuse', 'accept']).default('refuse'),
  /** How the API refuses an update with another brand domain: with a create's answer, or with a 400. Unpublished. */
  updateBrandMismatch: z.enum(['wrong_brand_domain', 'invalid_parameter']).default('wrong_brand_domain'),
  /** The content types that a body may have. Any other makes the body invalid. Unpublished. */
  contentTypes: z.enum(['any', 'json']).default('any'),
  /** A larger body is invalid. Unpublished. */
  maxBodyBytes: z
    .int()
    .min(1)
    .max(1 << 26)
    .default(1 << 20),
  /** The `ttl` of a GET: the configured TTL, or the time left of it. The documents do not say which. */
  shownTtl: z.enum(['window', 'remaining']).default('window'),
  /** Whether the published maximum lengths of parameters apply. The formats always apply. */
  enforceLengths: z.boolean().default(true),
  /**
   * Which links v2.0 may touch. `separate`: its own alone, as in the guide. `newer`: GET shows every link, PUT and DELETE
   * work on links of v1.0, and PUT moves such a link to v2.0, as in newer texts. Version 1.0 touches its own alone.
   */
  crossVersion: z.enum(['separate', 'newer']).default('separate'),
  /** Calls of v1.0 admitted in any second. The documents publish 500. */
  v1RequestsPerSecond: z.int().min(1).max(1_000_000).default(500),
  /** Whether a call of v1.0 takes a place in the general window too. Unpublished. */
  v1CountsToRate: z.boolean().default(true),
  /** The status of v1.0 for an ID in use: 400 in the guide, 409 in the reference. */
  v1TakenId: z.literal([400, 409]).default(400),
  /** Whether v1.0 demands a `pid`, as the guide does, or makes a link without attribution, as in the reference. */
  v1Pid: z.enum(['mandatory', 'optional']).default('mandatory'),
  /** Whether a GET shows the values of a v1.0 link as its caller encoded them, or decoded. Unpublished. */
  v1ShownValues: z.enum(['encoded', 'decoded']).default('encoded'),
  /** The answer of a GET of v1.0: the object, as in the reference's example, or its JSON in a string, as in its type. */
  v1ReadAnswer: z.enum(['object', 'string']).default('object'),
  /** Hours between a link's expiry and the purge of its record. The documents publish at most 48. */
  purgeDelayHours: z.number().min(0).max(48).default(48),
  /** The wording of the 429s: the guide's (`Rate limit exceeded`) or the reference's (`Rate Limit Exceeded.`). */
  limitMessages: z.enum(['guide', 'reference']).default('guide'),
  /** The name of an error's first key, current or as in older texts. */
  errorKey: z.enum(['error_type', 'error-type', 'code']).default('error_type'),
  /** Whether a QR answer starts with `data:`, as in its description, or not, as in its example. */
  qrDataPrefix: z.boolean().default(true),
  /** A fixed delay of every API answer, before the call takes effect. */
  latencyMilliseconds: z.number().min(0).max(600_000).default(0),
  /** The maximum of an additional random delay, uniformly distributed. */
  latencyJitterMilliseconds: z.number().min(0).max(600_000).default(0),
});
export type Settings = Readonly<z.output<typeof settingsSchema>>;
/** Settings at the start, all optional. */
export type SettingsInput = z.input<typeof settingsSchema>;

/** A change of settings at run time. `quotaRemaining` sets the calls left of this month's quota. */
export const settingsPatch = settingsSchema.extend({ quotaRemaining: z.int().min(0).optional() });
export type SettingsPatch = z.input<typeof settingsPatch>;

export const defaultSettings: Settings = settingsSchema.parse({});

/** The current settings under a change, not yet validated. A setting that the change leaves out stays. */
export function withChange(current: Settings, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...current, ...given };
}
