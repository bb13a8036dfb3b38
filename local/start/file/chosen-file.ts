import { OperatorError } from '../../../cli/words/operator-error.ts';
import { notGzip } from '../../../lambdas/domain/campaign/unreadable-file.ts';
import { inLocal } from '../local-folder.ts';
import { type DroppedFile, droppedFile } from './dropped-file.ts';
import { rowsIn } from './file-rows.ts';
import { limitedFile } from './limited-file.ts';

/** A file for the inbox, and the number of its rows. */
export interface ChosenFile {
  file: DroppedFile;
  rowsInFile: number;
}

/**
 * The file of the run's campaign, cut to the limit.
 *
 * @param options.source default: the first producer
 * @throws OperatorError if the file or its settings cannot be used, or if nobody has this source
 */
export async function chosenFile(
  path: string,
  { source, limit }: { source?: string | undefined; limit?: number | undefined },
  producers: readonly { source: string }[],
): Promise<ChosenFile> {
  const owner = producers.find((one) => source === undefined || one.source === source)?.source;
  if (owner === undefined) {
    throw new OperatorError(
      `--source: no producer is ${source}. The configuration has ${producers.map((one) => one.source).join(', ')}.`,
    );
  }
  const file = droppedFile(path, owner);
  try {
    const chosen = limit === undefined ? file : await limitedFile(file, limit, inLocal('first-rows.csv'));
    return { file: chosen, rowsInFile: (await rowsIn(chosen.path)).rows };
  } catch (error) {
    const unreadable = notGzip(error);
    throw unreadable === undefined ? error : new OperatorError(`--input: ${path} ${unreadable.message}`);
  }
}
