/** An error that the operator can fix. The program prints only the message: what is wrong, where, and the fix. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
