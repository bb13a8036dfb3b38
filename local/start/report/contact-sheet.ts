/** A QR image in the folder, and what it leads to. */
export interface SheetEntry {
  file: string;
  shortUrl: string;
  localUrl: string;
  source: string;
  campaign: string;
}

/** `qr/index.html`: all images on one page that needs nothing from outside. */
export function contactSheet(entries: readonly SheetEntry[]): string {
  const figures = entries.map(
    ({ file, shortUrl, localUrl, source, campaign }) =>
      `<figure><a href="${asHtml(localUrl)}"><img src="${asHtml(encodeURIComponent(file))}" alt="QR code" loading="lazy"></a>` +
      `<figcaption>${asHtml(shortUrl)}<br>${asHtml(source)} · ${asHtml(campaign)}</figcaption></figure>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>QR codes</title>
<style>
  body { font: 12px/1.4 system-ui, sans-serif; margin: 2rem; }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 1.5rem; }
  figure { margin: 0; }
  img { width: 100%; image-rendering: pixelated; }
  figcaption { overflow-wrap: anywhere; }
</style>
<h1>${entries.length.toLocaleString('en')} QR codes</h1>
<p>Click one to follow its link at the emulator, while the run is up.</p>
<main>
${figures.join('\n')}
</main>
</html>
`;
}

function asHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
