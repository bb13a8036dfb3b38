import { extname } from 'node:path';
import { OperatorError } from '../operator-error.ts';

/**
 * The format that a file's ending asks for. Nothing is written under an ending that promises something else.
 *
 * @param formats the endings that are known, the first of them for a file without one
 * @param given what --format says: then the ending may be any
 * @throws OperatorError for another ending
 */
export function formatOf<Format extends string>(
  file: string,
  formats: readonly [Format, ...Format[]],
  given?: Format,
): Format {
  if (given !== undefined) return given;
  const ending = extname(file).toLowerCase();
  if (ending === '') return formats[0];
  const format = formats.find((one) => ending === `.${one}`);
  if (format !== undefined) return format;
  const known = formats.map((one) => `.${one}`).join(' or ');
  throw new OperatorError(`${file}: only a file that ends in ${known} can be written, not ${ending}.`);
}
