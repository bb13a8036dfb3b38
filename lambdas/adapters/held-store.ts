import type { S3Client } from '@aws-sdk/client-s3';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import { unknownSender } from '../domain/contract/sender.ts';
import { Lots, lotName, type ParkedLines, type ParkedLot, soundLine } from './lots.ts';
import { prefix } from './names.ts';
import { NdjsonObjects } from './ndjson-objects.ts';

/** An unknown sender, and the bound source that its commands name. */
export interface HeldSender {
  source: string;
  sender: string;
}

const folderOf = ({ source, sender }: HeldSender) => `${prefix.held}${source}/${sender}/`;

/**
 * Commands from unknown senders, in the archive bucket: `held/{source}/{sender}/{time}-{commands}-{digest}.ndjson`. They
 * wait until the configuration or an operator shows whose the sender is. A command may be here twice.
 */
export class HeldStore {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #lots: Lots;
  /** One for each sender, because a lot has one sender. */
  readonly #objects = new Map<string, NdjsonObjects<ParkedCommand>>();

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#lots = new Lots(s3, bucket);
  }

  /**
   * Resolves when the command is in the archive.
   * @throws Error if S3 refused it three times, or if the replayer could not read the line
   */
  async add(command: ParkedCommand): Promise<void> {
    const line = soundLine(command);
    const folder = folderOf({ source: line.source, sender: line.sender ?? unknownSender });
    let objects = this.#objects.get(folder);
    if (objects === undefined) {
      objects = new NdjsonObjects(this.#s3, this.#bucket, (lines, digest) => `${folder}${lotName(lines, digest)}`);
      this.#objects.set(folder, objects);
    }
    await objects.add(line);
  }

  /** The senders with held commands, including those that are known by now. */
  async *senders(): AsyncGenerator<HeldSender> {
    for (const source of await this.#lots.folders(prefix.held)) {
      for (const sender of await this.#lots.folders(`${prefix.held}${source}/`)) yield { source, sender };
    }
  }

  /** A sender's lots, oldest first. */
  lots(held: HeldSender): AsyncGenerator<ParkedLot> {
    return this.#lots.in(folderOf(held));
  }

  /** The lines of a lot, or none if another replayer has removed it. */
  read(lot: Pick<ParkedLot, 'key'>): Promise<ParkedLines> {
    return this.#lots.read(lot);
  }

  remove(lot: Pick<ParkedLot, 'key'>): Promise<void> {
    return this.#lots.remove(lot);
  }
}
