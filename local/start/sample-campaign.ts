import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Dialect, dialectLimits } from '../../lambdas/domain/onelink/dialect.ts';

const sample = (file: string) => fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));

/**
 * The messages of the sample, as a version of the API can carry them out. For version 1.0, creates ask for no QR code, and
 * longer TTLs are 31 days. Otherwise the later changes of their links would wait long for creates that are rejected.
 *
 * @param folder for the file of a version with limits of its own, and its set-up file
 * @returns the file
 */
export async function sampleCampaign(dialect: Dialect, folder: string): Promise<string> {
  if (dialectLimits[dialect].hasQr) return sample('campaign.ndjson');
  const file = `${folder}/campaign-${dialect}.ndjson`;
  await writeFile(file, withinVersion1(await readFile(sample('campaign.ndjson'), 'utf8')));
  await copyFile(sample('campaign.setup.json'), file.replace(/\.ndjson$/, '.setup.json'));
  return file;
}

/** Commands inside an envelope have escaped quotes. */
function withinVersion1(lines: string): string {
  return lines
    .replaceAll(/,\\?"qr\\?":\{[^{}]*\}/g, '')
    .replaceAll(/(\\?"ttl\\?":(?:\\?")?)(\d{2,3})(?=d\\?"|[,}])/g, (text, before: string, days: string) =>
      Number(days) > 31 ? `${before}31` : text,
    );
}
