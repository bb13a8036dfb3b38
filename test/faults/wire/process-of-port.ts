import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Finds which of the given processes holds the other end of a connection on this machine. Linux only. The kernel's table of
 * TCP sockets names the socket of a local port, and a process's open files name its sockets.
 *
 * @returns undefined if none of them holds it, because the process has ended
 */
export function processOfPort(port: number, pids: readonly number[]): number | undefined {
  const socket = socketOfPort(port);
  if (socket === undefined) return undefined;
  return pids.find((pid) => openFilesOf(pid).includes(`socket:[${socket}]`));
}

/** Columns of /proc/net/tcp: number, local address (`0100007F:1F90`), remote address, …, and the socket's inode tenth. */
function socketOfPort(port: number): string | undefined {
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === wanted && columns[9] !== '0') return columns[9];
  }
  return undefined;
}

function openFilesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => linkOf(`${folder}/${name}`));
  } catch {
    return [];
  }
}

function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}
