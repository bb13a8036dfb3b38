/** The unit in which a file counts its messages. The elements of a JSON array may all be in one line. */
export type Unit = 'line' | 'element';

/** The place of a message in a file. The default unit is the line. */
export interface Place {
  /** Counts from 1. */
  line: number;
  unit?: 'element';
}

/** `line 3`, or `element 3`. */
export const placeWords = ({ line, unit = 'line' }: { line: number; unit?: Unit | undefined }) => `${unit} ${line}`;
