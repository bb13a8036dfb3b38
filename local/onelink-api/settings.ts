import * as z from 'zod';

const templateId = z.string().regex(/^[A-Za-z0-9]{1,20}$/, 'a template ID is 1 to 20 letters and digits');
const host = z.string().regex(/^[a-z0-9][a-z0-9.-]*(?:\/[^\s?#]+)?$/, 'a lower-case host name, with a path if need be');

const template = z.strictObject({
  /** `acme` makes short URLs of `https://acme.onelink.me/…`. */
  subdomain: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  /** The host of its short URLs where that is not below onelink.me. */
  domain: host.optional(),
  /** Domains that a link of this template may carry instead, as `go.acme.example` or `acme.example/go`. */
  brandDomains: z.array(host).default([]),
  /** Where a click goes that has no better destination; `https://www.<subdomain>.example/` unless given. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type Template = z.output<typeof template>;

/**
 * Everything about the emulated account and about how the API is read where its documents disagree. The same object is
 * a start option, a configuration file and the body of `POST /__emulator/settings`.
 */
const shape = {
  /** The raw value of the `authorization` header that is accepted. */
  token: z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'printable ASCII, as a header holds it'),
  /** The account that the quota operation knows. */
  accountId: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'letters, digits, _ and -'),
  templates: z.record(templateId, template),
  /** Off: creates are answered 403 `feature_not_enabled`, the operation for which that answer is published. */
  featureEnabled: z.boolean(),
  /** Off: a `brand_domain` is answered 401 `Account validation failure` instead of being looked up. */
  brandedLinks: z.boolean(),
  /** POST, PUT and DELETE calls per UTC month; 7.5 million are published. */
  monthlyQuota: z.int().min(0),
  /** Calls that count to the quota: the two kinds known to, or every call that got past the door. */
  quotaCounts: z.enum(['successes-and-409', 'every-call']),
  /** Calls admitted in any second over all operations but the quota's; 1,000 are published. */
  requestsPerSecond: z.int().min(1).max(1_000_000),
  /** QR calls admitted in any second; 25 are published. */
  qrRequestsPerSecond: z.int().min(1).max(1_000_000),
  /** Whether a QR call takes a place in the general window too. Unpublished. */
  qrCountsToRate: z.boolean(),
  /** Whether a call refused for its rate holds a place in the window all the same. Unpublished. */
  refusedCountsToRate: z.boolean(),
  /** Characters of `data`; 2,048 in the guide, 3,000 in newer texts. */
  maxDataCharacters: z.int().min(1),
  /** Whether the query string that `data` makes must keep to that limit as well, which the guide asks of version 1.0. */
  queryStringCounts: z.boolean(),
  /** Days of `ttl`; 365 in the guide, 730 in newer texts. */
  maxTtlDays: z.int().min(1).max(36_500),
  /** A `ttl` that cannot be read or is out of range: the 31-day default, silently, or a 400 as there once was. */
  outOfRangeTtl: z.enum(['default', 'refuse']),
  /** Whether the quota operation asks for the token: the reference demands it everywhere, and lists no 401 there. */
  quotaNeedsToken: z.boolean(),
  /** Whether a quota call takes a place in the general window. Unpublished. */
  quotaCountsToRate: z.boolean(),
  /** A `null` in a body: a wrong value wherever it stands, or as if the field were left out. Unpublished. */
  nulls: z.enum(['refuse', 'leave-out']),
  /** Characters of a `shortlink_id`: letters and digits, as the guide says, or `_` and `-` too, as examples have them. */
  shortlinkIdCharacters: z.enum(['seen', 'guide']),
  /** Names such as `ttl` and `brand_domain` inside `data`. That they are refused is inferred. */
  reservedParameters: z.enum(['refuse', 'accept']),
  /** How an update with another brand domain is refused: as a create is, or with a 400. Unpublished. */
  updateBrandMismatch: z.enum(['wrong_brand_domain', 'invalid_parameter']),
  /** The content types that a body may have; a wrong one makes it an invalid body. Unpublished. */
  contentTypes: z.enum(['any', 'json']),
  /** A larger body is an invalid one. Unpublished. */
  maxBodyBytes: z
    .int()
    .min(1)
    .max(1 << 26),
  /** The `ttl` of a GET: the window that was asked for, or what is left of it. Which of the two is inferred. */
  shownTtl: z.enum(['window', 'remaining']),
  /** Whether the published maximum lengths of parameters are enforced; formats always are. */
  enforceLengths: z.boolean(),
  /** Whether GET shows links that were not made through this API version. The guide says no, newer texts yes. */
  foreignReads: z.boolean(),
  /** Hours a record stays behind after its expiry; at most 48 are published. */
  purgeDelayHours: z.number().min(0).max(48),
  /** How the 429s are worded: as the guide has it (`Rate limit exceeded`) or the reference (`Rate Limit Exceeded.`). */
  limitMessages: z.enum(['guide', 'reference']),
  /** The name of an error's first key: as it is now, or as older texts have it. */
  errorKey: z.enum(['error_type', 'error-type', 'code']),
  /** Whether a QR answer starts with `data:`, as its description says, or without, as its example shows. */
  qrDataPrefix: z.boolean(),
  /** A standing delay of every API answer, before the call takes effect. */
  latencyMilliseconds: z.number().min(0).max(600_000),
  /** Up to this much more, evenly spread. */
  latencyJitterMilliseconds: z.number().min(0).max(600_000),
};

const settings = z.strictObject(shape);
export type Settings = Readonly<z.output<typeof settings>>;

/** Settings to start with, all optional; see {@link defaultSettings}. */
export const settingsInput = settings.partial();
export type SettingsInput = z.input<typeof settingsInput>;

/** A change of settings while running; `quotaRemaining` sets what is left of this month's quota. */
export const settingsPatch = settings.partial().extend({ quotaRemaining: z.int().min(0).optional() });
export type SettingsPatch = z.input<typeof settingsPatch>;

export const defaultSettings: Settings = {
  token: 'local-token',
  accountId: 'acc-demo',
  templates: {
    A1b3: { subdomain: 'acme', brandDomains: ['go.acme.example'] },
    abc123: { subdomain: 'globex', brandDomains: [] },
  },
  featureEnabled: true,
  brandedLinks: true,
  monthlyQuota: 7_500_000,
  quotaCounts: 'successes-and-409',
  requestsPerSecond: 1000,
  qrRequestsPerSecond: 25,
  qrCountsToRate: true,
  refusedCountsToRate: false,
  maxDataCharacters: 2048,
  queryStringCounts: false,
  maxTtlDays: 365,
  outOfRangeTtl: 'default',
  quotaNeedsToken: true,
  quotaCountsToRate: false,
  nulls: 'refuse',
  shortlinkIdCharacters: 'seen',
  reservedParameters: 'refuse',
  updateBrandMismatch: 'wrong_brand_domain',
  contentTypes: 'any',
  maxBodyBytes: 1 << 20,
  shownTtl: 'window',
  enforceLengths: true,
  foreignReads: false,
  purgeDelayHours: 48,
  limitMessages: 'guide',
  errorKey: 'error_type',
  qrDataPrefix: true,
  latencyMilliseconds: 0,
  latencyJitterMilliseconds: 0,
};

/** The settings with a checked change laid over them; what the change leaves out stays. */
export function withChange(current: Settings, change: z.output<typeof settingsInput>): Settings {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...current, ...given };
}
