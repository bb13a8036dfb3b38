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
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>
@page { margin: 10mm; }
body { margin: 0; font: 9pt/1.25 sans-serif; }
main { display: grid; grid-template-columns: repeat(${columns}, ${millimetres}mm); gap: 5mm; }
figure { margin: 0; break-inside: avoid; text-align: center; }
img { width: ${millimetres}mm; height: ${millimetres}mm; display: block; image-rendering: pixelated; }
figcaption { margin-top: 1mm; overflow-wrap: anywhere; }
@media screen { body { margin: 10mm; } }
</style>
</head>
<body>
<main>
`;
  for await (const { file, caption } of codes) {
    const shown = escaped(caption);
    const source = escaped(encodeURIComponent(file));
    yield `<figure><img src="${source}" alt="${shown}"><figcaption>${shown}</figcaption></figure>\n`;
  }
  yield '</main>\n</body>\n</html>\n';
}
