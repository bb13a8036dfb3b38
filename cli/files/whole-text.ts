import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { tellingBytes } from '../../lambdas/domain/campaign/foreign-format.ts';
import { OperatorError } from '../words/operator-error.ts';
import { fileErrorReason } from './file-error.ts';
import { foreignFile } from './foreign-file.ts';

/**
 * The text of a small file, or of the standard input with `-` or without a name.
 *
 * @throws OperatorError if it cannot be read, or is not UTF-8 text
 */
export async function wholeText(file = '-'): Promise<string> {
  const name = file === '-' ? 'The standard input' : file;
  if (file === '-' && process.stdin.isTTY) throw new OperatorError('Name a file, or give the text as standard input.');
  const bytes = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch((error: unknown) => {
    const why = fileErrorReason(error, 'read');
    throw why === undefined ? error : new OperatorError(`${name} cannot be read: ${why}.`);
  });
  const foreign = foreignFile(bytes.subarray(0, tellingBytes));
  if (foreign !== undefined) throw new OperatorError(`${name} ${foreign}.`);
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
