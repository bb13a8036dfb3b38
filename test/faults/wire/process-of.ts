import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The two ports of a connection on this machine. */
export interface Connection {
  /** The port of the process that is looked for. */
  from: number;
  to: number;
}

/** The kernel's table is read in parts, so a read can miss a socket while others open and close. */
const looks = 5;

/**
 * Finds which of the given processes holds the near end of a connection on this machine. Linux only. The kernel's table of TCP
 * sockets names the socket of a connection, and a process's open files name its sockets.
 *
 * @returns undefined if none of them holds it, because the process has ended
 */
export function processOf(
  connection: Connection,
  pids: readonly number[],
  readTable = () => readFileSync('/proc/net/tcp', 'utf8'),
): number | undefined {
  for (let look = 1; look <= looks; look++) {
    const socket = socketOf(connection, readTable());
    const pid = socket && pids.find((one) => openFilesOf(one).includes(`socket:[${socket}]`));
    if (pid) return pid;
  }
  return undefined;
}

/**
 * Columns of /proc/net/tcp: number, local address (`0100007F:1F90`), remote address, …, and the socket's inode tenth. The local
 * port alone is not enough: connections of several processes to different ports may share it.
 */
function socketOf({ from, to }: Connection, table: string): string | undefined {
  const [local, remote] = [addressOf(from), addressOf(to)];
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === local && columns[2] === remote && columns[9] !== '0') return columns[9];
  }
  return undefined;
}

function addressOf(port: number): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
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
