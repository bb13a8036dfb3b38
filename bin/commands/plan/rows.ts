import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { readMessages } from '../../client/message-file.ts';
import { OperatorError } from '../../client/operator-error.ts';

/** Above this a JSON array does not fit into memory with what is made of it. */
const largestArrayBytes = 256 * 1024 * 1024;

/**
 * The rows of a file, as `onelink send` would send them. NDJSON is read line by line, so that a file of any size takes no more memory;
 * a JSON array, or one object over several lines, is read as a whole.
 *
 * @throws OperatorError when the file cannot be read, or is a JSON array that is too large
 */
export async function* rowsOf(path: string): AsyncGenerator<{ line: number; body: string }> {
  try {
    if (await isNdjson(path)) {
      yield* lines(path);
      return;
    }
    if ((await stat(path)).size > largestArrayBytes) {
      throw new OperatorError(`${path} is a JSON array that is too large. Make it NDJSON: jq -c '.[]' < ${path}`);
    }
    yield* readMessages(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof OperatorError || !(error instanceof Error) || !('code' in error)) throw error;
    throw new OperatorError(`${path} cannot be read: ${error.message}`);
  }
}

async function* lines(path: string): AsyncGenerator<{ line: number; body: string }> {
  let line = 0;
  for await (const body of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (body.trim() !== '') yield { line, body };
  }
}

/** NDJSON unless its first line is only the beginning of something. */
async function isNdjson(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    for await (const line of file.readLines({ autoClose: false })) {
      if (line.trim() === '') continue;
      return !line.trimStart().startsWith('[') && isComplete(line);
    }
    return true;
  } finally {
    await file.close();
  }
}

function isComplete(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    // A first line that is no JSON at all is told as such; one that only opens an object belongs to those below it.
    return !/^\s*\{\s*$/.test(line) && !/[{,[]\s*$/.test(line);
  }
}
