import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';

/** Cuts what environments print into lines, and appends them to one file for each function. */
export class FunctionLogs {
  readonly #directory: string;
  readonly #onLine: (functionName: string, line: string) => void;
  readonly #files = new Map<string, WriteStream>();
  /** What each environment printed since its last line break. */
  readonly #unfinished = new Map<string, string>();
  #closed = false;

  constructor(directory: string, onLine: (functionName: string, line: string) => void) {
    this.#directory = directory;
    this.#onLine = onLine;
  }

  output(functionName: string, environmentId: string, chunk: string): void {
    const text = (this.#unfinished.get(environmentId) ?? '') + chunk;
    const end = text.lastIndexOf('\n') + 1;
    if (end < text.length) this.#unfinished.set(environmentId, text.slice(end));
    else this.#unfinished.delete(environmentId);
    if (end > 0) this.write(functionName, text.slice(0, end));
  }

  /** Appends whole lines, each with its line break. */
  write(functionName: string, lines: string): void {
    if (this.#closed) return;
    this.#file(functionName).write(lines);
    for (const line of lines.slice(0, -1).split('\n')) this.#onLine(functionName, line);
  }

  /** Writes what is buffered. What comes later is dropped. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#files.values()].map((file) => new Promise((resolve) => file.end(resolve))));
  }

  #file(functionName: string): WriteStream {
    let file = this.#files.get(functionName);
    if (!file) {
      file = createWriteStream(path.join(this.#directory, `${functionName}.log`), { flags: 'a' });
      this.#files.set(functionName, file);
    }
    return file;
  }
}
