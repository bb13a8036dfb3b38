import type { IncomingMessage } from 'node:http';

// `ignoreBOM` keeps a byte order mark in the text, and JSON.parse then refuses it.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The body of a request as text. Undefined if it is not UTF-8 or exceeds the limit (the rest is read and dropped). */
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
