import { Command } from 'commander';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { CodeFolder, type CodeTarget } from '../../files/code-folder.ts';
import { codeSheet } from '../../files/code-sheet.ts';
import { CodeZip } from '../../files/code-zip.ts';
import { openCampaigns, resultReadsOf } from '../../pipeline/campaign/open-campaigns.ts';
import { codeColumns, columnNamed, namedCodes } from '../../pipeline/campaign-codes.ts';
import { campaignResults } from '../../pipeline/campaign-results.ts';
import { QrImages } from '../../pipeline/qr-images.ts';
import { type CodeCounts, type SavedCode, saveCodes } from '../../pipeline/save-codes.ts';
import { count } from '../../terminal/count-option.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { withNeeds } from '../../terminal/usage.ts';
import { counted, n } from '../../words/words.ts';
import { exitCode } from './exit-code.ts';

interface Options extends VerbOptions {
  name: string;
  to: string;
  namedBy?: string;
  sheet?: true;
  caption?: string;
  size: number;
  columns: number;
}

/** The name of the page to print, beside the images. No code has it, because an image has another ending. */
export const sheetName = 'sheet.html';

export function codesCommand(): Command {
  const command = new Command('codes')
    .description('Saves the campaign’s QR codes to a folder or a ZIP file, with a page to print.')
    .argument('<name>', 'crm/spring, or spring if only one producer has a campaign of that name')
    .requiredOption('--to <place>', 'a folder, or a file that ends in .zip and must not exist')
    .option('--named-by <column>', 'the column that names the files (default: the row’s key)')
    .option('--sheet', `also write a page to print, ${sheetName}`)
    .option('--caption <column>', 'the column below each code on the page (default: the file’s name)')
    .option('--size <mm>', 'the side of a code on the page, in millimetres', count(10, 200), 40)
    .option('--columns <number>', 'codes beside each other on the page', count(1, 20), 4)
    .option('--json', 'print one JSON object at the end');
  return pipelineVerb<Options>(
    withNeeds(command, { caption: 'sheet', size: 'sheet', columns: 'sheet' }),
    `${pipelineHelp} You need permission to read the campaign bucket, the QR bucket and the ledger.

A file has the name of its row's key, or of the column that you choose. Letters of all languages stay. What a file system
refuses becomes an underscore. If two rows have one name, the later ones get a number.

A folder can be completed later: the verb skips files that are there with the right size. A ZIP file starts again. Above
100,000 codes, use a folder. The codes are confidential, and only you can read the files (mode 600).

Exit codes:
  ${exitCode.done}  every row that asks for a code has it
  ${exitCode.incomplete}  some codes are not ready, failed or gone, or you interrupted the verb
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink campaign codes spring --to spring-codes
  onelink campaign codes spring --to spring.zip --named-by store --sheet --caption city --size 30 --columns 5
  onelink campaign codes crm/spring --to spring-codes --local --json`,
    codes,
  );
}

async function codes({ options, chosen, progress, interrupted }: Scene<Options>): Promise<number> {
  const { to } = options;
  const campaigns = await openCampaigns(chosen);
  const record = await campaigns.named(options.name);
  const { header } = record.check;
  const naming = {
    namedBy: options.namedBy === undefined ? undefined : columnNamed(header, options.namedBy, '--named-by'),
    caption: options.caption === undefined ? undefined : columnNamed(header, options.caption, '--caption'),
    ...codeColumns(record),
  };
  const images = new QrImages(campaigns.deployed.s3, campaigns.deployed.output('QrBucketName'));
  const target: CodeTarget = /\.zip$/i.test(to) ? await CodeZip.create(to) : await CodeFolder.open(to);
  const counts: CodeCounts = { saved: 0, there: 0, pending: 0, failed: 0, gone: 0 };
  try {
    const rows = campaignResults(record, resultReadsOf(campaigns, record, chosen.pipeline));
    const saved = saveCodes(namedCodes(rows, naming), { images, target, signal: interrupted }, counts);
    const shown = showing(saved, () => progress.update(() => `${n(counts.saved + counts.there)} codes`));
    if (options.sheet) {
      const { size: millimetres, columns } = options;
      await target.addText(sheetName, codeSheet(shown, { title: campaignKey(record), millimetres, columns }));
    } else for await (const _ of shown);
    progress.clear();
    if (interrupted.aborted) {
      await target.discard();
      console.error(interruptedWords(counts, target));
      return exitCode.incomplete;
    }
    await target.finish();
  } catch (error) {
    await target.discard().catch(() => {});
    throw error;
  }
  const { source, name } = record;
  if (options.json) console.log(JSON.stringify({ source, name, to, ...counts }));
  else for (const line of countLines(counts, to)) console.error(line);
  return counts.pending + counts.failed + counts.gone > 0 ? exitCode.incomplete : exitCode.done;
}

async function* showing(codes: AsyncIterable<SavedCode>, show: () => void): AsyncGenerator<SavedCode> {
  for await (const code of codes) {
    show();
    yield code;
  }
}

function interruptedWords({ saved, there }: CodeCounts, { mayHave }: CodeTarget): string {
  const kept = mayHave ? `${counted(saved + there, 'code')} of the folder are complete` : 'What is complete stays';
  return `Interrupted. ${kept}. To continue, run the same command again. A ZIP file starts again.`;
}

function countLines({ saved, there, pending, failed, gone }: CodeCounts, to: string): string[] {
  return [
    `${counted(saved, 'code')} written to ${to}${there > 0 ? `, ${n(there)} were there` : ''}`,
    ...(pending > 0 ? [`${counted(pending, 'code')} not ready yet. Run the same command again later.`] : []),
    ...(failed > 0 ? [`${counted(failed, 'code')} failed. See: onelink campaign results`] : []),
    ...(gone > 0
      ? [`${counted(gone, 'code')} no longer in the QR bucket: the link has ended, or the image is too old`]
      : []),
  ];
}
