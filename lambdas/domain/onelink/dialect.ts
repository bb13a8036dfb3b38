/** The versions of the OneLink API that the pipeline speaks. An account has one of them. */
export const dialects = ['v2.0', 'v1.0'] as const;
export type Dialect = (typeof dialects)[number];

/** What a version of the API allows, and what it can report. The figures are AppsFlyer's. */
export interface DialectLimits {
  /** The API's address, without a trailing slash. */
  baseUrl: string;
  /** Calls per second of an account. */
  callsPerSecond: number;
  /** For a longer TTL, the API silently sets 31 days. */
  mostTtlDays: number;
  /** The most characters that a link's data may have, by its measure. */
  mostDataCharacters: number;
  /** What of the data has that many characters: its JSON text, or the query string made of it. */
  dataMeasure: 'json' | 'query-string';
  /** Whether the API makes QR codes of its links. */
  hasQr: boolean;
  /** Whether a PUT moves a link of version 1.0 to this version. */
  migrates: boolean;
  /** Whether a GET reports a link's expiry and TTL. Otherwise the pipeline computes the expiry from its own calls. */
  tellsExpiry: boolean;
  /** Whether the API reports how many calls of the month's quota are left. */
  tellsQuota: boolean;
}

/**
 * The sources are the reference of each version and the page of limits. That page has 30,000 requests a minute for version
 * 1.0. Version 2.0 had a TTL of 365 days at first, and has 730 days since December 2025. It had 2,048 characters, and has
 * 3,000 since June 2026. The reference of version 1.0 has no QR code, and no expiry or quota in any answer.
 */
export const dialectLimits: Readonly<Record<Dialect, DialectLimits>> = {
  'v2.0': {
    baseUrl: 'https://onelink.appsflyer.com/api/v2.0',
    callsPerSecond: 1_000,
    mostTtlDays: 730,
    mostDataCharacters: 3_000,
    dataMeasure: 'json',
    hasQr: true,
    migrates: true,
    tellsExpiry: true,
    tellsQuota: true,
  },
  'v1.0': {
    baseUrl: 'https://onelink.appsflyer.com/shortlink/v1',
    callsPerSecond: 500,
    mostTtlDays: 31,
    mostDataCharacters: 2_048,
    dataMeasure: 'query-string',
    hasQr: false,
    migrates: false,
    tellsExpiry: false,
    tellsQuota: false,
  },
};
