import type { Answer } from './answer.ts';

/** The status that the client saw, or why it saw none. */
export type Seen = number | 'reset' | 'hung';

/** The connection to a client, over a socket or within the process. */
export interface Line {
  /** Sends the answer in one piece. */
  send(answer: Answer): Seen;
  /** Sends the head at once, then the body in pieces over this time. */
  sendSlowly(answer: Answer, milliseconds: number): Promise<Seen>;
  /** Sends half of the body, then ends the connection in order. */
  sendHalf(answer: Answer): Seen;
  reset(): Seen;
  /** Sends nothing, ever. */
  hang(): Promise<Seen>;
  wait(milliseconds: number): Promise<void>;
}
