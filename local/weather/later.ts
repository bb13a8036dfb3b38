/** Same as `setTimeout`. */
export type Later = (call: () => void, milliseconds: number) => void;

/** Its timers do not keep the process alive. */
export const laterUnlessOver: Later = (call, milliseconds) => void setTimeout(call, milliseconds).unref();
