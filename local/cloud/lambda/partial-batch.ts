/** Which messages of a batch are done: all, all but some, or none because the function's answer is invalid. */
export type BatchResult = { readonly kind: 'done'; readonly failed: ReadonlySet<string> } | { readonly kind: 'failed' };

/**
 * Reads the result of a function with `ReportBatchItemFailures`. No result, or an empty or null list, means that all
 * messages are done. An answer that is not JSON fails the whole batch. So does an item that is empty, null or not in
 * the batch.
 * @param payload the function's result as JSON
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function readBatchResponse(payload: string, messageIds: ReadonlySet<string>): BatchResult {
  let answer: { batchItemFailures?: unknown } | null;
  try {
    answer = JSON.parse(payload === '' ? 'null' : payload);
  } catch {
    return { kind: 'failed' };
  }
  const failures = typeof answer === 'object' ? (answer?.batchItemFailures ?? []) : undefined;
  if (!Array.isArray(failures)) return { kind: 'failed' };
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = failure?.itemIdentifier;
    if (typeof id !== 'string' || !messageIds.has(id)) return { kind: 'failed' };
    failed.add(id);
  }
  return { kind: 'done', failed };
}
