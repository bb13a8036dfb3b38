/** The part of Markdown that the runbook uses. */
export type Block =
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; isNumbered: boolean; items: string[] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] };

export type Inline = { kind: 'text' | 'code' | 'strong' | 'link'; text: string };

const item = /^\s*(?:[-*]|(\d+)\.)\s+(.*)$/;
const tableRule = /^\s*\|[\s|:-]+\|\s*$/;

const cellsOf = (row: string) =>
  row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/** The blocks of a text, in their order. What is no list, table or code is a paragraph. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let fence: string[] | undefined;
  const begin = (block: Block) => {
    open = block;
    blocks.push(block);
  };
  for (const line of markdown.split('\n')) {
    if (/^\s*```/.test(line)) {
      if (fence !== undefined) blocks.push({ kind: 'code', text: fence.join('\n') });
      fence = fence === undefined ? [] : undefined;
      open = undefined;
      continue;
    }
    if (fence !== undefined) {
      fence.push(line);
      continue;
    }
    open = next(line, open, begin);
  }
  // A fence that nobody closes goes to the end, as in CommonMark.
  if (fence !== undefined) blocks.push({ kind: 'code', text: fence.join('\n') });
  return blocks;
}

/** Takes one line. @returns the block that the next line may continue */
function next(line: string, open: Block | undefined, begin: (block: Block) => void): Block | undefined {
  if (line.trim() === '') return undefined;
  if (/^\s*\|/.test(line)) {
    if (tableRule.test(line)) return open;
    if (open?.kind === 'table') {
      open.rows.push(cellsOf(line));
      return open;
    }
    const table: Block = { kind: 'table', head: cellsOf(line), rows: [] };
    begin(table);
    return table;
  }
  const [, number, text] = item.exec(line) ?? [];
  if (text !== undefined) {
    if (open?.kind === 'list') {
      open.items.push(text);
      return open;
    }
    const list: Block = { kind: 'list', isNumbered: number !== undefined, items: [text] };
    begin(list);
    return list;
  }
  if (open?.kind === 'list') {
    open.items.push(`${open.items.pop() ?? ''} ${line.trim()}`);
    return open;
  }
  if (open?.kind === 'paragraph') {
    open.text += ` ${line.trim()}`;
    return open;
  }
  const paragraph: Block = { kind: 'paragraph', text: line.trim() };
  begin(paragraph);
  return paragraph;
}

const spans = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\([^)]*\)/g;

/** The spans of a line. A link is only its words, because the pages it leads to are not in the console. */
export function spansOf(text: string): Inline[] {
  const found: Inline[] = [];
  let end = 0;
  const plain = (to: number) => {
    if (to > end) found.push({ kind: 'text', text: text.slice(end, to) });
  };
  for (const match of text.matchAll(spans)) {
    const [whole, code, strong, link] = match;
    plain(match.index);
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (strong !== undefined) found.push({ kind: 'strong', text: strong });
    else if (link !== undefined) found.push({ kind: 'link', text: link });
    end = match.index + whole.length;
  }
  plain(text.length);
  return found;
}
