/** An element with its content, which is XML. */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** An element with a text; none when there is no text. */
export function textElement(name: string, text: string | undefined): string {
  return text === undefined ? '' : element(name, escapeXml(text));
}

/** A list as AWS's query protocol has it. */
export function members(contents: readonly string[]): string {
  return contents.map((content) => element('member', content)).join('');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
