/** A QR image in the folder, and its link. */
export interface SheetEntry {
  file: string;
  shortUrl: string;
  localUrl: string;
  source: string;
  campaign: string;
}

/**
 * `qr/index.html`: all images on one self-contained page.
 * @param isUp whether the emulator is up and stays up; only then the page has links
 */
export function contactSheet(entries: readonly SheetEntry[], isUp: boolean): string {
  const figures = entries.map(
    ({ file, shortUrl, localUrl, source, campaign }) =>
      `<figure>${linked(`<img src="${asHtml(encodeURIComponent(file))}" alt="QR code" loading="lazy">`, isUp ? localUrl : undefined)}` +
      `<figcaption>${asHtml(shortUrl)}<br>${asHtml(source)} · ${asHtml(campaign)}</figcaption></figure>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>QR codes</title>
<style>
  body { font: 12px/1.4 system-ui, sans-serif; margin: 2rem }
  main { display: grid; gap: 1.5rem }
  main { grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)) }
  figure { margin: 0 }
  img { width: 100%; image-rendering: pixelated }
  figcaption { overflow-wrap: anywhere }
</style>
<h1>${entries.length.toLocaleString('en')} QR codes</h1>
<p>${isUp ? 'Click a code to follow its link at the emulator.' : 'The run has ended: its links at the emulator are dead.'}</p>
<main>
${figures.join('\n')}
</main>
</html>
`;
}

function linked(html: string, url: string | undefined): string {
  return url === undefined ? html : `<a href="${asHtml(url)}">${html}</a>`;
}

function asHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
