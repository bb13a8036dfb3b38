/** An HTTP answer, ready to be sent or spoilt by a fault. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
  /** Where a redirect leads. */
  location?: string;
  /** The methods that the path knows, with a 405. */
  allow?: string;
}

export function ok(body: string): Answer {
  return { status: 200, contentType: 'application/json', body };
}
