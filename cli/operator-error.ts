/** What the one at the keyboard can mend. The message is all that is shown: what is wrong, where, and how to mend it. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
