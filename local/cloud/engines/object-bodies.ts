import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import type { buildApp } from 'fauxqs';
import { ChunkDecoder } from './aws-chunked.ts';
import { s3Error, type XmlAnswer } from './s3-answers.ts';

type App = ReturnType<typeof buildApp>;

/**
 * Reads the bodies of requests to S3. fauxqs takes no more than 11 MB, where S3 takes 5 GB. It holds several copies of a
 * body in chunks, drops the encoding of its content, and checks no checksum.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function readObjectBodies(app: App): void {
  const refused = new WeakMap<IncomingMessage, XmlAnswer>();
  app.removeContentTypeParser('*');
  app.addContentTypeParser('*', async ({ raw }: { raw: IncomingMessage }, payload: AsyncIterable<Buffer>) => {
    const { headers } = raw;
    const isChunked = isAwsChunked(headers);
    const decoder = isChunked ? new ChunkDecoder() : undefined;
    const body = await collected(
      decoder === undefined ? payload : decoder.decode(payload),
      Number(isChunked ? headers['x-amz-decoded-content-length'] : headers['content-length']),
    );
    if (decoder !== undefined) {
      if (!decoder.isComplete) refused.set(raw, s3Error(400, 'IncompleteBody', 'The body ends before its last chunk'));
      unchunked(headers, decoder.trailers);
    }
    const wrong = raw.method === 'PUT' ? wrongChecksum(headers, body) : undefined;
    if (wrong !== undefined) refused.set(raw, s3Error(400, 'BadDigest', `The ${wrong} you specified did not match`));
    return body;
  });
  app.addHook('preHandler', async (request, reply) => {
    // A request without a body, such as that of an empty object.
    if (request.method === 'PUT') request.body ??= Buffer.alloc(0);
    const answer = refused.get(request.raw);
    if (answer !== undefined)
      return reply.status(answer.status).header('content-type', answer.contentType).send(answer.body);
  });
}

function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  return (
    String(headers['content-encoding']).includes('aws-chunked') ||
    String(headers['x-amz-content-sha256']).startsWith('STREAMING-')
  );
}

/** The bytes in one buffer. If their number is known, they are copied once. */
async function collected(bytes: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
  const whole = Number.isSafeInteger(length) && length >= 0 ? Buffer.allocUnsafe(length) : undefined;
  const parts: Buffer[] = [];
  let end = 0;
  for await (const part of bytes) {
    if (whole !== undefined && end + part.length <= whole.length) part.copy(whole, end);
    else parts.push(part);
    end += part.length;
  }
  if (whole === undefined) return Buffer.concat(parts);
  return parts.length === 0 ? whole.subarray(0, end) : Buffer.concat([whole, ...parts]);
}

/** Makes the headers those of a body that came in one piece: trailers are headers, and the encoding is the content's. */
function unchunked(headers: IncomingHttpHeaders, trailers: Readonly<Record<string, string>>): void {
  const encodings = String(headers['content-encoding'] ?? '').split(',');
  const rest = encodings.map((one) => one.trim()).filter((one) => one !== '' && one !== 'aws-chunked');
  if (rest.length > 0) headers['content-encoding'] = rest.join(',');
  else delete headers['content-encoding'];
  for (const [name, value] of Object.entries(trailers)) {
    if (name.startsWith('x-amz-checksum-')) headers[name] = value;
  }
}

const digests: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  'content-md5': (body) => createHash('md5').update(body).digest(),
  'x-amz-checksum-crc32': (body) => {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(body));
    return checksum;
  },
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest(),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest(),
};

/** The header whose checksum is not that of the body. CRC32C and CRC64NVME are not checked. */
function wrongChecksum(headers: IncomingHttpHeaders, body: Buffer): string | undefined {
  return Object.keys(digests).find((name) => {
    const given = headers[name];
    return typeof given === 'string' && digests[name]?.(body).toString('base64') !== given;
  });
}
