/**
 * Message attributes by which a message that was parked or redriven keeps its age and identity. Any producer can set them,
 * so each counts only if it is sound.
 */
export const originalAttribute = {
  messageId: 'OriginalMessageId',
  sentTimestamp: 'OriginalSentTimestamp',
  receiveCount: 'OriginalReceiveCount',
} as const;

/** The values of the three attributes, as text. Each is missing if the message does not have it. */
export type OriginalValues = { readonly [Name in keyof typeof originalAttribute]?: string | undefined };

/** SQS's message IDs have at most 100 characters. */
export const messageIdForm = /^[A-Za-z0-9-]{1,100}$/;
/** Whole milliseconds since 1970, in decimal. */
const timestampForm = /^(?:0|[1-9]\d{0,14})$/;
const receiveCountForm = /^[1-9]\d{0,3}$/;

/**
 * What the attributes say, as far as it can be true.
 *
 * @param sentAtMilliseconds when this message itself was sent, as told by SQS: no original is younger
 * @param windowMilliseconds the deduplication window: an older original would have no request record left
 */
export function soundOriginal(
  values: OriginalValues,
  sentAtMilliseconds: number,
  windowMilliseconds: number,
): { messageId?: string; sentAtMilliseconds?: number; receiveCount?: number } {
  const { messageId, sentTimestamp, receiveCount } = values;
  const original = sentTimestamp !== undefined && timestampForm.test(sentTimestamp) ? Number(sentTimestamp) : undefined;
  const isInWindow =
    original !== undefined && original <= sentAtMilliseconds && original >= sentAtMilliseconds - windowMilliseconds;
  return {
    ...(messageId !== undefined && messageIdForm.test(messageId) && { messageId }),
    ...(isInWindow && { sentAtMilliseconds: original }),
    ...(receiveCount !== undefined && receiveCountForm.test(receiveCount) && { receiveCount: Number(receiveCount) }),
  };
}
