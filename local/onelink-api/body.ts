import type { IncomingMessage } from 'node:http';

// With its byte order mark, if there is one: JSON begins without.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The body of a request as text; undefined when it is not UTF-8, or has more bytes than that (the rest is read and dropped). */
export function bodyOf(req: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    req.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= maxBytes) pieces.push(piece);
    });
    req.on('end', () => resolve(length > maxBytes ? undefined : textOf(Buffer.concat(pieces))));
    req.on('error', reject);
  });
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
