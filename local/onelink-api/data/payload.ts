import { dataTooLong, invalidBody, invalidParameter } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { parameterFault } from './parameters.ts';

/** A JSON object, its values unchecked. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks the `data` of a request, an object or the same as a JSON string, and gives the compact JSON to keep.
 *
 * Its size is that of the JSON, and of the query string that it makes where the settings say so. Parameters are checked in the order given; the first fault is the answer.
 * @throws ApiError 400 `invalid_parameter` or `limit_exceeded`
 */
export function checkedPayload(data: unknown, settings: Settings): string {
  const fields = typeof data === 'string' ? parsed(data) : data;
  if (!isFields(fields)) throw invalidBody();
  const json = JSON.stringify(fields);
  const { maxDataCharacters, queryStringCounts } = settings;
  const sizes = [json.length, ...(queryStringCounts ? [queryString(fields).length] : [])];
  if (sizes.some((size) => size > maxDataCharacters)) throw dataTooLong();
  if (fields.pid === undefined || fields.pid === '') {
    throw invalidParameter('pid', '', 'the media source is mandatory');
  }
  for (const [name, value] of Object.entries(fields)) {
    const fault = parameterFault(name, value, settings.enforceLengths);
    if (fault !== undefined) throw invalidParameter(name, value, fault);
  }
  return json;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The parameters as a link carries them. */
export function queryString(fields: Fields): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) query.append(name, String(value));
  return query.toString();
}
