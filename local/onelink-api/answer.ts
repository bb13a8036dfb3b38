/** An HTTP answer. A fault may change it before the emulator sends it. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
  /** The target of a redirect. */
  location?: string;
  /** The methods that the path supports, with a 405. */
  allow?: string;
}

export function json(status: number, body: string): Answer {
  return { status, contentType: 'application/json', body };
}

export const ok = (body: string): Answer => json(200, body);
