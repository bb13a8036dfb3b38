/** An element with XML content. */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** An element with a text. Without a text, nothing. */
export function textElement(name: string, text: string | undefined): string {
  return text === undefined ? '' : element(name, escapeXml(text));
}

/** A list in the form of AWS's query protocol. */
export function members(contents: readonly string[]): string {
  return contents.map((content) => element('member', content)).join('');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
