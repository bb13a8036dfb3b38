import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type ParkedCommand, parkedCommandSchema } from '../domain/parked-command.ts';
import { prefix } from '../names.ts';
import { NdjsonObjects } from './ndjson-objects.ts';

/** Some commands of one lane that were parked at about the same time. */
export interface ParkedLot {
  key: string;
  /** Epoch milliseconds at which the first of them was parked. */
  parkedAtMilliseconds: number;
  commands: number;
  bytes: number;
}

const folderOf = (lane: string) => `${prefix.parked}${lane}/`;
/** `20260309T101530123Z-500-0123….ndjson`: names sort by time, and tell how much there is without a look inside. */
const namePattern = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-(\d+)-[0-9a-f]+\.ndjson$/;

/**
 * Commands that wait for quota, in the archive bucket: `parked/{lane}/{time}-{commands}-{digest}.ndjson`. What was
 * delivered twice may be here twice, and is then answered from its request record.
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
   * @throws Error when S3 refused it three times, or the replayer could not read the line
   */
  async add(command: ParkedCommand): Promise<void> {
    const line = parkedCommandSchema.safeParse(command).data;
    // Names no value: the error is logged.
    if (line === undefined) throw new Error('the line to park is no parked command of version 1');
    await this.#objects.add(line);
  }

  /** A lane's lots, the oldest first; read page by page, so that a million commands take no more memory than a thousand. */
  async *lots(lane: string): AsyncGenerator<ParkedLot> {
    let after: string | undefined;
    do {
      const page = await this.#s3.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: folderOf(lane), ContinuationToken: after }),
      );
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        const [, year, month, day, hour, minute, second, milli, commands] = namePattern.exec(Key) ?? [];
        if (commands === undefined) continue;
        const parkedAtMilliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milli}Z`);
        yield { key: Key, parkedAtMilliseconds, commands: Number(commands), bytes: Size };
      }
      after = page.NextContinuationToken;
    } while (after !== undefined);
  }

  /** The commands of a lot; one that another replayer has removed meanwhile holds none. @throws Error when a line is none of ours */
  async read({ key }: Pick<ParkedLot, 'key'>): Promise<ParkedCommand[]> {
    let text: string | undefined;
    try {
      const answer = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      text = await answer.Body?.transformToString();
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return [];
      throw error;
    }
    const lines = (text ?? '').split('\n').filter((line) => line !== '');
    return lines.map((line, index) => {
      const command = parkedCommandSchema.safeParse(JSON.parse(line)).data;
      if (command === undefined) throw new Error(`${key}: line ${index + 1} is no parked command of version 1`);
      return command;
    });
  }

  async remove({ key }: Pick<ParkedLot, 'key'>): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }
}
