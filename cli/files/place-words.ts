/** What a file counts its messages in: a JSON array has elements, which may all stand in one line. */
export type Unit = 'line' | 'element';

/** Where a message of a file is. A unit that is not named is a line. */
export interface Place {
  /** From 1. */
  line: number;
  unit?: 'element';
}

/** `line 3`, or `element 3`. */
export const placeWords = ({ line, unit = 'line' }: { line: number; unit?: Unit | undefined }) => `${unit} ${line}`;
