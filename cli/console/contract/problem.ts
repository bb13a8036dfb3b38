/**
 * This folder is what the console's server and its page send to each other, a file for each page. It has types and constants only, so
 * the page can import it.
 *
 * Every instant is in epoch milliseconds. A number that nobody knows is null, never 0. A server that cannot answer sends an
 * `ApiProblem`, with a status of 400 or above. No answer holds a parameter's value, a short URL or a link ID, unless the
 * request has `reveal: true`.
 */

/** Why something cannot be shown or done, and what to do. */
export interface ApiProblem {
  code: 'bad-request' | 'not-found' | 'read-only' | 'refused' | 'unavailable' | 'failed';
  /** One or two sentences for the operator. They hold no value of a link. */
  words: string;
  /** Commands to paste, or sentences. */
  do: string[];
}

/** The status of each problem. */
export const problemStatus = {
  'bad-request': 400,
  'not-found': 404,
  'read-only': 403,
  refused: 409,
  unavailable: 503,
  failed: 502,
} as const satisfies Record<ApiProblem['code'], number>;
