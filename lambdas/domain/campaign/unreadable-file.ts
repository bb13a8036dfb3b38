import type { Fault } from '../contract/fault.ts';

/** The file as a whole cannot be used. The campaign becomes `refused`, with this fault. It never quotes a cell. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly fault: Fault;

  /** @param message worded to follow the file's name: `is UTF-16. …` */
  constructor(rule: string, message: string, path = '') {
    super(message);
    this.fault = { path, rule, message };
  }
}
