/** The measures of a page of codes. */
export interface SheetMeasures {
  title: string;
  /** The side of a code, in millimetres. */
  millimetres: number;
  /** Codes beside each other. */
  columns: number;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML shows it, never as markup. */
export const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? letter);

/**
 * An HTML page of codes for a printer. It lies beside the images, and loads nothing from elsewhere. The page runs no script.
 */
export async function* codeSheet(
  codes: AsyncIterable<{ file: string; caption: string }>,
  { title, millimetres, columns }: SheetMeasures,
): AsyncGenerator<string> {
  const side = `${millimetres}mm`;
  const styles = {
    '@page': { margin: '10mm' },
    body: { margin: '0', font: '9pt/1.25 sans-serif' },
    main: { display: 'grid', 'grid-template-columns': `repeat(${columns}, ${side})`, gap: '5mm' },
    figure: { margin: '0', 'break-inside': 'avoid', 'text-align': 'center' },
    img: { width: side, height: side, display: 'block', 'image-rendering': 'pixelated' },
    figcaption: { 'margin-top': '1mm', 'overflow-wrap': 'anywhere' },
  };
  const policy = ["default-src 'none'", "img-src 'self' file:", "style-src 'unsafe-inline'"].join('; ');
  yield [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${Object.entries(styles).map(styleOf).join('\n')}</style>`,
    '</head>',
    '<body><main>',
    '',
  ].join('\n');
  for await (const { file, caption } of codes) {
    const shown = escaped(caption);
    const source = escaped(encodeURIComponent(file));
    yield `<figure><img src="${source}" alt="${shown}"><figcaption>${shown}</figcaption></figure>\n`;
  }
  yield '</main></body>\n</html>\n';
}

function styleOf([what, properties]: [string, Record<string, string>]): string {
  const lines = Object.entries(properties).map(([name, value]) => `${name}: ${value};`);
  return `${what} { ${lines.join(' ')} }`;
}
