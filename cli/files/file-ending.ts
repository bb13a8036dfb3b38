import { extname } from 'node:path';
import { OperatorError } from '../words/operator-error.ts';

/**
 * The format that a file's ending names. The program writes no file whose ending names another format.
 *
 * @param formats the known endings; the first one is for a file without an ending
 * @param given the value of --format. With it, the file may have any ending.
 * @throws OperatorError for an unknown ending, and for `-`: the file is confidential, and does not go to standard output
 */
export function formatOf<Format extends string>(
  file: string,
  formats: readonly [Format, ...Format[]],
  given?: Format,
): Format {
  if (file === '-') throw new OperatorError('- is not the name of a file. The verb does not write to standard output.');
  if (given !== undefined) return given;
  const ending = extname(file).toLowerCase();
  if (ending === '') return formats[0];
  const format = formats.find((one) => ending === `.${one}`);
  if (format !== undefined) return format;
  const known = formats.map((one) => `.${one}`).join(' or ');
  throw new OperatorError(`${file}: only a file that ends in ${known} can be written, not ${ending}.`);
}
