import type { CreateCommand, DeleteCommand, QrCommand, UpdateCommand } from '../../lambdas/domain/contract/command.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A link that was made elsewhere, and whose ID somebody asks for. */
export interface ForeignLink {
  onelinkId: string;
  shortlinkId: string;
  data: Record<string, string>;
  foreign: true;
}

/** Values of a link's parameters, as producers send them: numbers and booleans too. */
export type Data = Record<string, string | number | boolean>;

/** Set for every command alike, once its place in the file is known. */
type Stamped = 'specVersion' | 'requestedAt';
type Qr = { size?: number; format?: 'png' | 'jpg'; margin?: boolean };

/** A valid command as a use case writes it. */
export type Create = Omit<CreateCommand, Stamped | 'data' | 'qr'> & { data: Data; qr?: Qr };
export type Change =
  | (Omit<UpdateCommand, Stamped | 'data'> & { data: Data })
  | Omit<DeleteCommand, Stamped>
  | (Omit<QrCommand, Stamped | 'qr'> & { qr?: Qr });

/** What becomes of a line, whatever the order in which the pipeline gets to it. */
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

/** One line of the campaign before it has its place. */
export interface Line {
  fate: Fate;
  /** A command, or (to be refused) whatever somebody may send; a text is the body as it is. */
  body: Create | Change | Record<string, unknown> | unknown[] | string;
  /** From 0 (first) to 1 (last): the lines are put in this order. */
  place: number;
  /** Only where it is not the lane that the source has by default. */
  lane?: string;
  /** ISO 8601; by its place in the file unless given. */
  requestedAt?: string;
}

/** A place for those that others refer to, so that even a lane that waits for full batches has made them by then. */
export const early = (random: SeededRandom) => 0.1 * random.fraction();
/** A place for those that refer to others. */
export const late = (random: SeededRandom) => 0.8 + 0.2 * random.fraction();

export function creates(body: Create, place: number): Line {
  return { fate: body.qr === undefined ? 'created' : 'created-with-qr', body, place };
}

/** So many, numbered from 1. */
export function times<Item>(count: number, make: (number: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
