/** Why a file cannot be read or written, by the system's code (POSIX errno). */
const reasons: Readonly<Record<string, { read: string; write: string }>> = {
  ENOENT: { read: 'there is no such file', write: 'there is no such folder' },
  ENOTDIR: both('a part of its path is not a folder'),
  EISDIR: both('it is a folder'),
  EACCES: { read: 'you may not read it', write: 'you may not write there' },
  EPERM: { read: 'you may not read it', write: 'you may not write there' },
  EEXIST: both('it exists already'),
  EROFS: both('its file system is read-only'),
  ENOSPC: both('the disk is full'),
  EDQUOT: both('your disk quota is used up'),
  EFBIG: both('it is longer than the file system allows'),
  ENAMETOOLONG: both('its name is too long'),
  ELOOP: both('its symbolic links form a loop'),
  EMFILE: both('too many files are open'),
  ENFILE: both('too many files are open'),
  EBUSY: both('another program uses it'),
  EIO: both('the disk has a fault'),
  EPIPE: both('its reader has closed it'),
};

function both(words: string) {
  return { read: words, write: words };
}

/** The system's code of an error, such as `ENOENT`; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** The reason, such as `it is a folder`, or the code of another system error; undefined for any other error. */
export function fileErrorReason(error: unknown, doing: 'read' | 'write'): string | undefined {
  const code = errorCode(error);
  return code && (reasons[code]?.[doing] ?? `the system reports ${code}`);
}

/** Why a file cannot be written, for a message. */
export function unwritable(error: unknown): string {
  return fileErrorReason(error, 'write') ?? String(error instanceof Error ? error.message : error);
}
