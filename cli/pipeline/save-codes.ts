import type { CodeTarget } from '../files/code-folder.ts';
import { endingOf, type NamedCode } from './campaign-codes.ts';
import { inOrder, untilAborted } from './in-order.ts';
import type { QrImages } from './qr-images.ts';

/** What became of a campaign's codes. */
export interface CodeCounts {
  /** Written now. */
  saved: number;
  /** In the folder already, with the same size. */
  there: number;
  /** Not made yet. */
  pending: number;
  /** They could not be made. */
  failed: number;
  /** The bucket has removed the image: the link has ended, or the image is older than the bucket keeps images. */
  gone: number;
}

/** A code that is in the target, for the page to print. */
export interface SavedCode {
  file: string;
  caption: string;
}

type Became = { code: SavedCode; result: 'saved' | 'there' } | { result: 'pending' | 'failed' | 'gone' };

/** An image has a few KB, so some requests at once hide the time that each of them takes. */
const atOnce = 16;

/**
 * Saves the images of codes, some at once, and yields the codes that the target has then, in the order of the rows.
 *
 * @param counts is kept up to date
 */
export async function* saveCodes(
  codes: AsyncIterable<NamedCode>,
  { images, target, signal }: { images: Pick<QrImages, 'size' | 'image'>; target: CodeTarget; signal: AbortSignal },
  counts: CodeCounts,
): AsyncGenerator<SavedCode> {
  const save = async ({ result, name, caption }: NamedCode): Promise<Became> => {
    const { qrKey, qr } = result;
    // The link may still have an image that an earlier row has made.
    if (qr === 'failed') return { result: 'failed' };
    if (qrKey === undefined) return { result: 'pending' };
    const code = { file: `${name}${endingOf(qrKey)}`, caption };
    if (target.mayHave && (await isThere(code.file, qrKey))) return { code, result: 'there' };
    const image = await images.image(qrKey);
    if (image === undefined) return { result: 'gone' };
    await target.add(code.file, image);
    return { code, result: 'saved' };
  };
  const isThere = async (file: string, qrKey: string) => {
    if (!(await target.has(file))) return false;
    const size = await images.size(qrKey);
    return size !== undefined && target.has(file, size);
  };
  for await (const became of inOrder(atOnce, untilAborted(codes, signal), save)) {
    counts[became.result] += 1;
    if ('code' in became) yield became.code;
  }
}
