import { type Fields, fieldsOf, jsonOf, plainText } from '../data/fields.ts';
import { decoded } from '../operations.ts';
import type { Settings } from '../settings.ts';
import type { LinkRecord } from '../store.ts';

/**
 * The characters that a caller of version 1.0 must percent-encode in names and values. The documents print the
 * apostrophe as a typographic one, so both are in the list.
 */
const mustBeEncoded = /[;*!@#?$^:&~`=+'’></]/g;
const encodedRun = /(?:%[0-9a-f]{2})+/gi;
const unencoded = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9]/gu;

/** The parameters as version 1.0 stores them: each character that the caller left unencoded is a blank. */
export function asStored(fields: Fields): Fields {
  return mapped(fields, (text) => text.replace(mustBeEncoded, ' '));
}

/** The parameters without their percent-encoding, as a link passes them on. */
export function withoutEncoding(fields: Fields): Fields {
  return mapped(fields, (text) => text.replace(encodedRun, decoded));
}

/** The parameters that a GET shows of a link of version 1.0: as the caller encoded them, or decoded. */
export function shownPayload(link: LinkRecord, { v1ShownValues }: Settings): string {
  const fields = link.api === 'v1.0' && v1ShownValues === 'decoded' ? fieldsOf(link.payload) : undefined;
  return fields === undefined ? link.payload : jsonOf(withoutEncoding(fields));
}

/** The characters of the query string of stored parameters. A blank takes three, as `%20`. */
export function queryCharacters(fields: Fields): number {
  const lengths = [...fields].map(([name, field]) => inQuery(name).length + inQuery(plainText(field)).length + 1);
  return lengths.reduce((sum, length) => sum + length, 0) + Math.max(0, fields.size - 1);
}

function inQuery(text: string): string {
  return text.toWellFormed().replace(unencoded, (piece) => (piece.length === 3 ? piece : encodeURIComponent(piece)));
}

function mapped(fields: Fields, change: (text: string) => string): Fields {
  return new Map(
    [...fields].map(([name, field]) => {
      const text = plainText(field);
      const changed = change(text);
      return [change(name), changed === text ? field : { value: changed, text: JSON.stringify(changed) }];
    }),
  );
}
