/**
 * The texts of the elements of a JSON array. The reader of commands needs each command's own text, because it finds what
 * JavaScript would lose of it.
 *
 * @param text a JSON array that `JSON.parse` accepts
 */
export function elementsOf(text: string): string[] {
  const inside = text.slice(text.indexOf('[') + 1, text.lastIndexOf(']'));
  const elements: string[] = [];
  let [depth, start, quoted] = [0, 0, false];
  for (let at = 0; at < inside.length; at++) {
    const character = inside[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ',' && depth === 0) {
      elements.push(inside.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = inside.slice(start).trim();
  return last === '' ? elements : [...elements, last];
}
