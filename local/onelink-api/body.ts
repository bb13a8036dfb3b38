import type { IncomingMessage } from 'node:http';

/** The body of a request as text; undefined when it has more bytes than the limit (the rest is read and dropped). */
export function bodyOf(req: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    req.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= maxBytes) pieces.push(piece);
    });
    req.on('end', () => resolve(length > maxBytes ? undefined : Buffer.concat(pieces).toString('utf8')));
    req.on('error', reject);
  });
}
