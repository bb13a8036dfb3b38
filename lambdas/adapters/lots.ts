import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type ParkedCommand, parkedCommandIn, parkedCommandSchema } from '../domain/contract/parked-command.ts';
import { linesOf, pagesOf } from './s3-objects.ts';

/** The content of a lot: its commands, and its unreadable lines unchanged. */
export interface ParkedLines {
  commands: ParkedCommand[];
  unreadable: string[];
}

/** An object with commands that were put away at about the same time. */
export interface ParkedLot {
  key: string;
  /** Epoch milliseconds at which the first command was put away. */
  parkedAtMilliseconds: number;
  commands: number;
  bytes: number;
}

/** `20260309T101530123Z-500-0123….ndjson`: names sort by time and contain the number of commands. */
const namePattern = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-(\d+)-[0-9a-f]+\.ndjson$/;

/** @throws Error if the replayer could not read the command's line */
export function soundLine(command: ParkedCommand): ParkedCommand {
  const line = parkedCommandSchema.safeParse(command).data;
  // The error is logged, so it names no value.
  if (line === undefined) throw new Error('the line to park is not a parked command of version 1');
  return line;
}

/** The name of a lot whose first command was put away at this time. */
export function lotName([first, ...others]: readonly [ParkedCommand, ...ParkedCommand[]], digest: string): string {
  const time = new Date(first.parkedAtMilliseconds).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${others.length + 1}-${digest}.ndjson`;
}

/** Reads and removes the lots of the archive bucket. */
export class Lots {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** The names of the folders under a prefix that ends in a slash. */
  async folders(prefix: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { CommonPrefixes = [] } of this.#pages({ Prefix: prefix, Delimiter: '/' })) {
      names.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(prefix.length, -1)));
    }
    return names;
  }

  /** A folder's lots, oldest first. */
  async *in(folder: string): AsyncGenerator<ParkedLot> {
    for await (const { Contents = [] } of this.#pages({ Prefix: folder })) {
      for (const { Key = '', Size = 0, LastModified } of Contents) {
        const [, year, month, day, hour, minute, second, milli, commands] = namePattern.exec(Key) ?? [];
        const named = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milli}Z`);
        // An object of another system has another form of name. The replayer reads it to find its commands.
        const parkedAtMilliseconds = Number.isNaN(named) ? (LastModified?.getTime() ?? 0) : named;
        yield { key: Key, parkedAtMilliseconds, commands: Number(commands ?? 1), bytes: Size };
      }
    }
  }

  /** The lines of a lot, or none if another replayer has removed it. */
  async read({ key }: Pick<ParkedLot, 'key'>): Promise<ParkedLines> {
    const read: ParkedLines = { commands: [], unreadable: [] };
    for (const line of (await linesOf(this.#s3, this.#bucket, key)) ?? []) {
      const command = parkedCommandIn(line);
      if (command === undefined) read.unreadable.push(line);
      else read.commands.push(command);
    }
    return read;
  }

  async remove({ key }: Pick<ParkedLot, 'key'>): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  #pages(query: { Prefix: string; Delimiter?: string }) {
    return pagesOf(this.#s3, { Bucket: this.#bucket, ...query });
  }
}
