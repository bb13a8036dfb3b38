import type { FileMessage } from '../../files/message-file.ts';
import { openMessages } from '../../files/message-source.ts';

/**
 * The rows of a file, as `onelink send` would send them.
 *
 * @throws OperatorError when the file cannot be read
 */
export async function* rowsOf(path: string, interrupted?: AbortSignal): AsyncGenerator<FileMessage> {
  const source = await openMessages(path, interrupted);
  try {
    yield* source.messages();
  } finally {
    await source.close();
  }
}
