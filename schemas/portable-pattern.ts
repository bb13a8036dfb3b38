/**
 * Writes a regular expression without flags, which JSON Schema does not support. The flags `s` and `i` become part of the
 * pattern, and the pattern matches the same texts.
 *
 * @throws Error for another flag, or for letters in a character class with the flag `i`.
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
