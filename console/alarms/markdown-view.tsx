import { Command } from '../parts/command.tsx';
import { type Block, blocksOf, spansOf } from './markdown.ts';

/** A text of the runbook. Its commands are shown to be copied, and nothing of it is ever markup. */
export function Markdown({ text }: { text: string }) {
  return (
    <>
      {blocksOf(text).map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Spans text={block.text} />
        </p>
      );
    case 'code':
      return <Command text={block.text} />;
    case 'list': {
      const items = block.items.map((item) => (
        <li key={item}>
          <Spans text={item} />
        </li>
      ));
      return block.isNumbered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return <TableView {...block} />;
  }
}

function TableView({ head, rows }: { head: readonly string[]; rows: readonly (readonly string[])[] }) {
  return (
    <div class="scroll">
      <table class="plain-table">
        <thead>
          <tr>
            {head.map((cell) => (
              <th key={cell} scope="col">
                <Spans text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('|')}>
              {row.map((cell) => (
                <td key={cell}>
                  <Spans text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Spans({ text }: { text: string }) {
  return (
    <>
      {spansOf(text).map(({ kind, text: words }, index) => {
        if (kind === 'code') return <code key={index}>{words}</code>;
        if (kind === 'strong') return <strong key={index}>{words}</strong>;
        return kind === 'link' ? <em key={index}>{words}</em> : words;
      })}
    </>
  );
}
