/** As `setTimeout`. */
export type Later = (call: () => void, milliseconds: number) => void;

/** What has not come when the program ends never comes. */
export const laterUnlessOver: Later = (call, milliseconds) => void setTimeout(call, milliseconds).unref();
