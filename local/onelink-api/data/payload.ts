import { dataTooLong, invalidBody, invalidParameter } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type Field, type Fields, fieldsOf, jsonOf, plainText } from './fields.ts';
import { parameterFault } from './parameters.ts';

/**
 * Checks the `data` of a request, an object or its JSON string, and returns the compact JSON to store.
 *
 * The limit applies to a string as received and to an object's compact JSON. Depending on the settings, it applies to
 * the query string too. Parameters are checked in the given order, and the error names the first fault.
 * @throws ApiError 400 `invalid_parameter` or `limit_exceeded`
 */
export function checkedPayload(data: Field | undefined, settings: Settings): string {
  if (data === undefined) throw invalidBody();
  const { maxDataCharacters, queryStringCounts } = settings;
  const json = plainText(data);
  const fields = knownFields(json, settings);
  if (fields === undefined) throw invalidBody();
  const sizes = [json.length, ...(queryStringCounts ? [queryString(fields).length] : [])];
  if (sizes.some((size) => size > maxDataCharacters)) throw dataTooLong();
  const pid = fields.get('pid');
  if (pid === undefined || pid.value === '') throw invalidParameter('pid', '', 'the media source is mandatory');
  for (const [name, field] of fields) {
    const fault = parameterFault(name, field, settings);
    if (fault !== undefined) throw invalidParameter(name, plainText(field), fault);
  }
  return jsonOf(fields);
}

/** The fields of a JSON object as the settings read them. Undefined if the text is not a JSON object. */
export function knownFields(text: string, { nulls }: Settings): Fields | undefined {
  const fields = fieldsOf(text);
  if (fields === undefined || nulls === 'refuse') return fields;
  return new Map([...fields].filter(([, { value }]) => value !== null));
}

/** The parameters as a link carries them. */
export function queryString(fields: Fields): string {
  const query = new URLSearchParams();
  for (const [name, field] of fields) query.append(name, plainText(field));
  return query.toString();
}
