import type { Fields } from '../data/fields.ts';
import { type Field, jsonOf, plainText } from '../data/fields.ts';
import { isParameterValue } from '../data/parameters.ts';
import { knownFields } from '../data/payload.ts';
import { defaultTtlSeconds, readTtl } from '../data/ttl.ts';
import type { Settings } from '../settings.ts';
import { asStored, queryCharacters } from './encoding.ts';
import { dataTooLong, invalidLink, noData } from './refusal.ts';

/** The published maximum of the query string that `data` makes. */
const maxQueryCharacters = 2048;
/** The published maximum of a TTL. */
const maxTtlDays = 31;

/** What a create or an update of version 1.0 asks for. */
export interface V1Request {
  /** Compact JSON of the parameters as stored. */
  payload: string;
  ttlSeconds: number | undefined;
  renewTtl: boolean | undefined;
  brandDomain: string | undefined;
}

/**
 * Checks a body, in this order: `ttl`, `renew_ttl`, `data`, `brand_domain`. Version 1.0 has no rules for the values of
 * single parameters.
 * @throws V1Refusal 400
 */
export function checkedRequest(settings: Settings, onelinkId: string, body: Fields | undefined): V1Request {
  if (body === undefined) throw noData();
  const ttl = body.get('ttl');
  return {
    ttlSeconds: ttl && v1TtlSeconds(ttl),
    renewTtl: checkedRenewTtl(body.get('renew_ttl')),
    payload: checkedPayload(body.get('data'), settings),
    brandDomain: checkedBrandDomain(settings, onelinkId, body.get('brand_domain')),
  };
}

/** The seconds of a `ttl`. A value over 31 days, or one that is unreadable, becomes 31 days without an error. */
export function v1TtlSeconds(ttl: Field): number {
  if (ttl.value === null) throw noData();
  return readTtl(ttl, maxTtlDays) ?? defaultTtlSeconds;
}

function checkedRenewTtl(renewTtl: Field | undefined): boolean | undefined {
  if (renewTtl === undefined) return undefined;
  if (typeof renewTtl.value === 'boolean') return renewTtl.value;
  throw noData();
}

function checkedPayload(data: Field | undefined, settings: Settings): string {
  const fields = data && knownFields(plainText(data), settings);
  if (fields === undefined || fields.size === 0) throw noData();
  if ([...fields.values()].some((field) => !isParameterValue(field.value))) throw noData();
  if (settings.v1Pid === 'mandatory' && (fields.get('pid')?.value ?? '') === '') throw noData();
  const stored = asStored(fields);
  if (queryCharacters(stored) > maxQueryCharacters) throw dataTooLong();
  return jsonOf(stored);
}

function checkedBrandDomain(settings: Settings, onelinkId: string, asked: Field | undefined): string | undefined {
  if (asked === undefined) return undefined;
  const { value } = asked;
  if (typeof value !== 'string') throw noData();
  if (settings.brandedLinks && settings.templates[onelinkId]?.brandDomains.includes(value)) return value;
  throw invalidLink();
}
