import type { S3Client } from '@aws-sdk/client-s3';
import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import { Lots, lotName, type ParkedLines, type ParkedLot, soundLine } from './lots.ts';
import { prefix } from './names.ts';
import { NdjsonObjects } from './ndjson-objects.ts';

export type { ParkedLines, ParkedLot } from './lots.ts';

const folderOf = (lane: string) => `${prefix.parked}${lane}/`;

/**
 * Commands that wait for quota, in the archive bucket: `parked/{lane}/{time}-{commands}-{digest}.ndjson`. A command
 * that SQS delivers twice may be here twice. The worker then answers the second from its request record.
 */
export class ParkedStore {
  readonly #lots: Lots;
  readonly #objects: NdjsonObjects<ParkedCommand>;

  constructor(s3: S3Client, bucket: string) {
    this.#lots = new Lots(s3, bucket);
    this.#objects = new NdjsonObjects(
      s3,
      bucket,
      (lines, digest) => `${folderOf(lines[0].lane)}${lotName(lines, digest)}`,
    );
  }

  /**
   * Resolves when the command is in the archive.
   * @throws Error if S3 refused it three times, or if the replayer could not read the line
   */
  async add(command: ParkedCommand): Promise<void> {
    await this.#objects.add(soundLine(command));
  }

  /** The lanes with parked commands, including lanes that are not configured. */
  lanes(): Promise<string[]> {
    return this.#lots.folders(prefix.parked);
  }

  /** A lane's lots, oldest first. */
  lots(lane: string): AsyncGenerator<ParkedLot> {
    return this.#lots.in(folderOf(lane));
  }

  /** The lines of a lot, or none if another replayer has removed it. */
  read(lot: Pick<ParkedLot, 'key'>): Promise<ParkedLines> {
    return this.#lots.read(lot);
  }

  remove(lot: Pick<ParkedLot, 'key'>): Promise<void> {
    return this.#lots.remove(lot);
  }
}
