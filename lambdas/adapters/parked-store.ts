import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type ParkedCommand, parkedCommandIn, parkedCommandSchema } from '../domain/contract/parked-command.ts';
import { prefix } from './names.ts';
import { NdjsonObjects } from './ndjson-objects.ts';
import { linesOf, pagesOf } from './s3-objects.ts';

/** The content of a lot: its commands, and its unreadable lines unchanged. */
export interface ParkedLines {
  commands: ParkedCommand[];
  unreadable: string[];
}

/** An object with commands of one lane that were parked at about the same time. */
export interface ParkedLot {
  key: string;
  /** Epoch milliseconds at which the first command was parked. */
  parkedAtMilliseconds: number;
  commands: number;
  bytes: number;
}

const folderOf = (lane: string) => `${prefix.parked}${lane}/`;
/** `20260309T101530123Z-500-0123….ndjson`: names sort by time and contain the number of commands. */
const namePattern = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-(\d+)-[0-9a-f]+\.ndjson$/;

/**
 * Commands that wait for quota, in the archive bucket: `parked/{lane}/{time}-{commands}-{digest}.ndjson`. A command
 * that SQS delivers twice may be here twice. The worker then answers the second from its request record.
 */
export class ParkedStore {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #objects: NdjsonObjects<ParkedCommand>;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#objects = new NdjsonObjects(s3, bucket, (lines, digest) => {
      const time = new Date(lines[0].parkedAtMilliseconds).toISOString().replaceAll(/[-:.]/g, '');
      return `${folderOf(lines[0].lane)}${time}-${lines.length}-${digest}.ndjson`;
    });
  }

  /**
   * Resolves when the command is in the archive.
   * @throws Error if S3 refused it three times, or if the replayer could not read the line
   */
  async add(command: ParkedCommand): Promise<void> {
    const line = parkedCommandSchema.safeParse(command).data;
    // The error is logged, so it names no value.
    if (line === undefined) throw new Error('the line to park is not a parked command of version 1');
    await this.#objects.add(line);
  }

  /** The lanes with parked commands, including lanes that are not configured. */
  async lanes(): Promise<string[]> {
    const lanes: string[] = [];
    const query = { Bucket: this.#bucket, Prefix: prefix.parked, Delimiter: '/' };
    for await (const { CommonPrefixes = [] } of pagesOf(this.#s3, query)) {
      lanes.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(prefix.parked.length, -1)));
    }
    return lanes;
  }

  /** A lane's lots, oldest first. */
  async *lots(lane: string): AsyncGenerator<ParkedLot> {
    for await (const { Contents = [] } of pagesOf(this.#s3, { Bucket: this.#bucket, Prefix: folderOf(lane) })) {
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
}
