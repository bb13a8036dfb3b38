/** What a request is known by: a source carries each of its `requestId`s out once. */
export interface RequestKey {
  source: string;
  requestId: string;
}

/** The same text for the same request. */
export function requestKey({ source, requestId }: RequestKey): string {
  return `${source}/${requestId}`;
}
