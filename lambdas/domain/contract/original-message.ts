/**
 * Message attributes that keep the age and identity of a parked, redriven or forwarded message. A lane's worker believes
 * them only from the pipeline's own roles, and only if they are plausible.
 */
export const originalAttribute = {
  messageId: 'OriginalMessageId',
  sentTimestamp: 'OriginalSentTimestamp',
  receiveCount: 'OriginalReceiveCount',
} as const;

/** The values of the three attributes, as text. Each is missing if the message does not have it. */
export type OriginalValues = { readonly [Name in keyof typeof originalAttribute]?: string | undefined };

/** An SQS message ID has at most 100 characters. */
export const messageIdForm = /^[A-Za-z0-9-]{1,100}$/;
/** Whole milliseconds since 1970, in decimal. */
const timestampForm = /^(?:0|[1-9]\d{0,14})$/;
const receiveCountForm = /^[1-9]\d{0,3}$/;

/**
 * The plausible values of the attributes.
 *
 * @param sentAtMilliseconds SQS's sent time of this message, since its original cannot be younger
 * @param windowMilliseconds the deduplication window, since the request record of an older original would be gone
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
