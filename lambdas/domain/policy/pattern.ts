/**
 * Whether the text has the pattern's form. `*` stands for any characters. It takes linear time, whatever the text: a pattern of
 * several `*` does not backtrack.
 */
export function matches(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Whether some text matches both patterns. */
export function patternsOverlap(one: string, other: string): boolean {
  if (!one.includes('*')) return matches(one, other);
  if (!other.includes('*')) return matches(other, one);
  // What lies between the first and the last star of both fits into a text one after the other.
  const [start, otherStart] = [one, other].map((pattern) => pattern.slice(0, pattern.indexOf('*'))) as [string, string];
  const [end, otherEnd] = [one, other].map((pattern) => pattern.slice(pattern.lastIndexOf('*') + 1)) as [
    string,
    string,
  ];
  const startsFit = start.startsWith(otherStart) || otherStart.startsWith(start);
  return startsFit && (end.endsWith(otherEnd) || otherEnd.endsWith(end));
}
