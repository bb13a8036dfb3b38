import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Connection, processOf } from './process-of.ts';

async function openConnection(): Promise<Connection> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const to = typeof address === 'object' && address !== null ? address.port : 0;
  const socket = connect(to, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return { from: socket.localPort ?? 0, to };
}

describe.runIf(process.platform === 'linux')('the process of a connection', () => {
  it('is the one that holds its socket', async () => {
    const connection = await openConnection();
    expect(processOf(connection, [1, process.pid])).toBe(process.pid);
  });

  it('is found although a read of the table missed its socket', async () => {
    const connection = await openConnection();
    let reads = 0;
    const table = () => (++reads <= 2 ? 'sl local_address\n' : readFileSync('/proc/net/tcp', 'utf8'));
    expect(processOf(connection, [process.pid], table)).toBe(process.pid);
  });

  it('is found although another process has a connection from the same port to another', async () => {
    const { from, to } = await openConnection();
    const port = (number: number) => `0100007F:${number.toString(16).toUpperCase().padStart(4, '0')}`;
    const another = `0: ${port(from)} ${port(to - 1)} 01 0 0 0 0 0 1\n`;
    const table = () => another + readFileSync('/proc/net/tcp', 'utf8');
    expect(processOf({ from, to }, [process.pid], table)).toBe(process.pid);
  });

  it('is undefined if none of the given processes holds it', async () => {
    expect(processOf(await openConnection(), [999_999_999])).toBeUndefined();
  });
});
