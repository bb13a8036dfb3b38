/**
 * A regular expression as JSON Schema can carry it: without flags, which have no place there. `s` and `i` are written
 * into the pattern; matching stays the same.
 *
 * @throws Error for another flag, or for letters of a character class that `i` would have to double.
 */
export function portablePattern({ source, flags }: RegExp): string {
  const other = flags.replaceAll(/[si]/g, '');
  if (other !== '') throw new Error(`the flag ${other} of /${source}/ cannot be written into the pattern`);
  // An escape, a character class, or a single character.
  return source.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]|./gs, (token) => {
    if (token === '.' && flags.includes('s')) return '[\\s\\S]';
    if (!flags.includes('i')) return token;
    if (/^[a-z]$/i.test(token)) return `[${token.toUpperCase()}${token.toLowerCase()}]`;
    if (token.startsWith('[') && /[a-z]/i.test(token.replaceAll(/\\./g, ''))) {
      throw new Error(`the class ${token} of /${source}/ has letters, and the flag i cannot be written into it`);
    }
    return token;
  });
}
