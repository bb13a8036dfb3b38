import { createReadStream, createWriteStream, statSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';

/** One line that a function printed. */
export interface LogLine {
  /** The time of its output, to a tenth of a second, by the cloud's clock. */
  readonly atMilliseconds: number;
  /** Its first byte in the function's file. It gives the order of lines. */
  readonly position: number;
  readonly text: string;
}

interface LogFile {
  readonly path: string;
  readonly stream: WriteStream;
  bytes: number;
  /** The time of the output from each byte on. The first entry is the start of this run. */
  readonly marks: { readonly atMilliseconds: number; readonly position: number }[];
}

/** The name under which the access log of an API's stage is kept, beside those of functions. */
export function accessLogFile(logGroupName: string): string {
  return `access-log${logGroupName.replaceAll(/[^\w.-]/g, '-').replace(/^-?/, '-')}`;
}

/** Lines within this time of each other have one time stamp. */
const markMilliseconds = 100;

/** Splits the output of environments into lines, and appends them to one file for each function. */
export class FunctionLogs {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #onLine: (functionName: string, line: string) => void;
  readonly #files = new Map<string, LogFile>();
  /** The output of each environment since its last line break. */
  readonly #unfinished = new Map<string, string>();
  #closed = false;

  constructor(directory: string, clock: Clock, onLine: (functionName: string, line: string) => void) {
    this.#directory = directory;
    this.#clock = clock;
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
    const file = this.#file(functionName);
    const now = this.#clock.now();
    if (now - (file.marks.at(-1)?.atMilliseconds ?? Number.NEGATIVE_INFINITY) >= markMilliseconds) {
      file.marks.push({ atMilliseconds: now, position: file.bytes });
    }
    file.bytes += Buffer.byteLength(lines);
    file.stream.write(lines);
    for (const line of lines.slice(0, -1).split('\n')) this.#onLine(functionName, line);
  }

  /**
   * Reads the output of a function in this run, oldest first.
   * @param fromMilliseconds skips earlier lines, epoch
   * @param fromPosition skips lines that begin before this byte
   */
  async *lines(functionName: string, fromMilliseconds: number, fromPosition: number): AsyncGenerator<LogLine> {
    const file = this.#files.get(functionName);
    if (!file) return;
    const end = file.bytes;
    await new Promise<unknown>((flushed) => file.stream.write('', flushed));
    const firstMark = file.marks.findIndex(({ atMilliseconds }) => atMilliseconds >= fromMilliseconds);
    let mark = file.marks[firstMark];
    if (!mark) return;
    const start = Math.max(mark.position, fromPosition);
    if (start >= end) return;
    let next = firstMark + 1;
    let position = start;
    let rest = Buffer.alloc(0);
    for await (const chunk of createReadStream(file.path, { start, end: end - 1 })) {
      const data = Buffer.concat([rest, chunk as Buffer]);
      let from = 0;
      for (let at = data.indexOf('\n'); at !== -1; at = data.indexOf('\n', from)) {
        for (let later = file.marks[next]; later && later.position <= position + from; later = file.marks[++next]) {
          mark = later;
        }
        yield { atMilliseconds: mark.atMilliseconds, position: position + from, text: data.toString('utf8', from, at) };
        from = at + 1;
      }
      position += from;
      rest = data.subarray(from);
    }
  }

  /** Writes the buffered output. Later output is dropped. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#files.values()].map(({ stream }) => new Promise((resolve) => stream.end(resolve))));
  }

  #file(functionName: string): LogFile {
    const known = this.#files.get(functionName);
    if (known) return known;
    const file = path.join(this.#directory, `${functionName}.log`);
    // After the output of an earlier run.
    const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const opened: LogFile = { path: file, stream: createWriteStream(file, { flags: 'a' }), bytes, marks: [] };
    this.#files.set(functionName, opened);
    return opened;
  }
}
