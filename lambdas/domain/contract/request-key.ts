/** The identity of a request: within a source, each `requestId` is carried out once. */
export interface RequestKey {
  source: string;
  requestId: string;
}

/** The identity as text. */
export function requestKey({ source, requestId }: RequestKey): string {
  return `${source}/${requestId}`;
}
