import { openInput } from './input-file.ts';
import { type FileMessage, messagesIn } from './message-file.ts';

/** A file of messages, which can be read more than once and need not fit into memory. */
export interface MessageSource {
  /** The name that the operator gave. */
  readonly name: string;
  /** @throws OperatorError if the file cannot be read, or has changed since it was opened */
  messages(): AsyncGenerator<FileMessage>;
  /** Removes the temporary copy, if there is one. */
  close(): Promise<void>;
}

/**
 * Opens a file, or standard input with `-`. If the input cannot be read twice, it is copied to a temporary file first.
 *
 * @throws OperatorError if the file does not exist, or if the signal aborts
 */
export async function openMessages(file: string, signal?: AbortSignal): Promise<MessageSource> {
  const input = await openInput(file, { signal, content: 'commands' });
  return {
    name: input.name,
    close: () => input.close(),
    async *messages() {
      await input.unchanged();
      try {
        yield* messagesIn(input.open());
      } catch (error) {
        throw input.readError(error);
      }
      await input.unchanged();
    },
  };
}
