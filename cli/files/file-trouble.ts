/** Why a file cannot be read or written, by the system's code (POSIX errno). */
const reasons: Readonly<Record<string, { read: string; write: string }>> = {
  ENOENT: { read: 'there is no such file', write: 'there is no such folder' },
  ENOTDIR: both('a part of its path is no folder'),
  EISDIR: both('it is a folder'),
  EACCES: { read: 'you may not read it', write: 'you may not write there' },
  EPERM: { read: 'you may not read it', write: 'you may not write there' },
  EEXIST: both('it is there already'),
  EROFS: both('its file system is read-only'),
  ENOSPC: both('the disk is full'),
  EDQUOT: both('your disk quota is used up'),
  EFBIG: both('it is longer than a file may be'),
  ENAMETOOLONG: both('its name is too long'),
  ELOOP: both('its symbolic links go round in a circle'),
  EMFILE: both('too many files are open'),
  ENFILE: both('too many files are open'),
  EBUSY: both('something else uses it'),
  EIO: both('the disk has a fault'),
  EPIPE: both('nobody reads it any more'),
};

function both(words: string) {
  return { read: words, write: words };
}

/** `it is a folder`; for what has no words here, the system's code; undefined for an error that is not the system's. */
export function fileTrouble(error: unknown, doing: 'read' | 'write'): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  return reasons[code]?.[doing] ?? `the system says ${code}`;
}
