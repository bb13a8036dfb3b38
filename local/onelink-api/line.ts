import type { Answer } from './answer.ts';

/** The status that the client saw, or why it saw none. */
export type Seen = number | 'reset' | 'hung';

/** The way back to a caller, over a socket or within the process. */
export interface Line {
  /** The answer in one piece. */
  send(answer: Answer): Seen;
  /** The head at once, then the body piece by piece over this time. */
  sendSlowly(answer: Answer, milliseconds: number): Promise<Seen>;
  /** Half of the body, then the connection ends in order. */
  sendHalf(answer: Answer): Seen;
  reset(): Seen;
  /** Nothing ever comes. */
  hang(): Promise<Seen>;
  wait(milliseconds: number): Promise<void>;
}
