import { readingsOf } from './readings.ts';

/**
 * The canonical form of a parameter's name. Names that a lenient reader takes for one have one form: in any case, decoded,
 * without blanks and unseen signs, and without brackets (`af_sub5[]`, `af_sub5[0]`).
 *
 * @returns undefined if the name is encoded too often to tell
 */
export function canonicalName(name: string): string | undefined {
  const text = readingsOf(name)
    .last?.replaceAll(/[\s\p{Z}+]/gu, '')
    .replace(/(?<=.)\[.*$/u, '');
  return text?.toLowerCase();
}
