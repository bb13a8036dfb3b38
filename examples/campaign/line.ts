import type { CreateCommand, DeleteCommand, QrCommand, UpdateCommand } from '../../lambdas/domain/contract/command.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A link that was made outside the pipeline, under an ID that a command chooses. */
export interface ForeignLink {
  onelinkId: string;
  shortlinkId: string;
  data: Record<string, string>;
  api: 'dashboard';
}

/** A link's parameters as producers send them, with numbers and booleans among the values. */
export type Data = Record<string, string | number | boolean>;

/** Fields that depend only on the command's place in the file. */
type Stamped = 'specVersion' | 'requestedAt';
type Qr = { size?: number; format?: 'png' | 'jpg'; margin?: boolean };

/** A valid create as a use case writes it. */
export type Create = Omit<CreateCommand, Stamped | 'data' | 'qr'> & { data: Data; qr?: Qr };
export type Change =
  | (Omit<UpdateCommand, Stamped | 'data'> & { data: Data })
  | Omit<DeleteCommand, Stamped>
  | (Omit<QrCommand, Stamped | 'qr'> & { qr?: Qr });

/** How a line ends, in whatever order the pipeline processes the lines. */
export type Fate =
  | 'created'
  | 'created-with-qr'
  | 'updated'
  | 'deleted'
  | 'qr-ready'
  | 'repeated'
  | 'rejected'
  | 'conflict'
  | 'stale'
  | 'superseded';

/** One line of the campaign, before the lines are sorted. */
export interface Line {
  fate: Fate;
  /** A command, or an invalid body that a producer may send. A string is the raw body. */
  body: Create | Change | Record<string, unknown> | unknown[] | string;
  /** The line's place in the file, from 0 (first) to 1 (last). */
  place: number;
  /** Set if the command goes to another lane than its source's default. */
  lane?: string;
  /** ISO 8601. By default it follows from the place in the file. */
  requestedAt?: string;
}

/** A place for lines that others refer to. Even a lane that collects full batches has processed them before the late lines. */
export const early = (random: SeededRandom) => 0.1 * random.fraction();
/** A place for lines that refer to others. */
export const late = (random: SeededRandom) => 0.8 + 0.2 * random.fraction();

export function creates(body: Create, place: number): Line {
  return { fate: body.qr === undefined ? 'created' : 'created-with-qr', body, place };
}

/** Makes `count` items, numbered from 1. */
export function times<Item>(count: number, make: (number: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
