import { once } from 'node:events';
import { connect } from 'node:net';

/** A raw answer. */
export interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

export interface Sending {
  /** Whether the client ends its side after it has sent everything. */
  endsItsSide?: boolean;
  /** The number of answers after which the client disconnects, unless the emulator does so before. */
  answers?: number;
}

/** Sends raw bytes, and returns the answers in their order. */
export async function sendRaw(port: number, bytes: string | Buffer, sending: Sending = {}): Promise<RawAnswer[]> {
  const { endsItsSide = false, answers = 1 } = sending;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  socket.setEncoding('utf8');
  let received = '';
  socket.on('data', (piece: string) => {
    received += piece;
    if (answersIn(received).length >= answers) socket.destroy();
  });
  socket.on('error', () => {});
  if (endsItsSide) socket.end(bytes);
  else socket.write(bytes);
  socket.on('end', () => socket.destroy());
  await once(socket, 'close');
  return answersIn(received);
}

/** A request with a body and its length. */
export function rawRequest(line: string, body: string | Buffer = '', headers: readonly string[] = []): Buffer {
  const head = [
    `${line} HTTP/1.1`,
    'host: x',
    'authorization: local-token',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
}

/** Parses complete answers. Other bytes become an answer with the status 0. A chunked body counts as empty, as Node.js's own are. */
function answersIn(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = Buffer.from(received);
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return answers;
    const head = rest.toString('utf8', 0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    const lastChunk = /^transfer-encoding: chunked$/im.test(head) ? '0\r\n\r\n'.length : 0;
    const next = end + 4 + length + lastChunk;
    if (rest.length < next) return answers;
    if (status !== 100) answers.push({ status, head, body: rest.toString('utf8', end + 4, end + 4 + length) });
    rest = rest.subarray(next);
  }
  return answers;
}
