import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { errorCode, fileErrorReason, unwritable } from '../../files/file-error.ts';
import { type Certificate, certificateText } from '../../pipeline/subjects.ts';
import { OperatorError } from '../../words/operator-error.ts';

/**
 * The file of a certificate, which only its owner can read. It is the only proof of an erasure, and a repeat finds nothing
 * more. So it replaces no file, except an unfinished certificate of the same erasure.
 */
export class CertificateFile {
  readonly #path: string;
  /** `erasedAt` of the unfinished certificate that the file has. */
  readonly #continues: string | undefined;

  private constructor(path: string, continues: string | undefined) {
    this.#path = path;
    this.#continues = continues;
  }

  /**
   * Creates `<path>.part`, so that a fault of the folder shows before the erasure.
   *
   * @throws OperatorError if the file exists and is no unfinished certificate, or if it cannot be created
   */
  static async open(path: string): Promise<CertificateFile> {
    const before = await readFile(path, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw refused(`${path} exists, and cannot be read: ${fileErrorReason(error, 'read') ?? 'unknown'}`);
    });
    const continues = before === undefined ? undefined : unfinishedSince(before);
    if (before !== undefined && continues === undefined) throw refused(`${path} exists already`);
    try {
      await (await open(partOf(path), 'w', 0o600)).close();
    } catch (error) {
      throw refused(`${path} cannot be written: ${unwritable(error)}`);
    }
    return new CertificateFile(path, continues);
  }

  /**
   * @returns the path that the certificate has. It is another one if the file has a certificate of another erasure by now
   * @throws OperatorError if it cannot be written
   */
  async save(certificate: Certificate): Promise<string> {
    const isJson = this.#path.endsWith('.json');
    const text = isJson ? `${JSON.stringify(certificate, undefined, 2)}\n` : certificateText(certificate);
    try {
      const part = await open(partOf(this.#path), 'w', 0o600);
      await part.writeFile(text).then(() => part.sync());
      await part.close();
      if (certificate.erasedAt === this.#continues) {
        await rename(partOf(this.#path), this.#path);
        return this.#path;
      }
      const path = await this.#linked();
      await rm(partOf(this.#path));
      return path;
    } catch (error) {
      throw new OperatorError(
        `${this.#path} cannot be written: ${unwritable(error)}. The output above is the certificate.`,
      );
    }
  }

  /** Removes what is no certificate. */
  async discard(): Promise<void> {
    await rm(partOf(this.#path), { force: true });
  }

  async #linked(): Promise<string> {
    const ending = extname(this.#path);
    const stem = this.#path.slice(0, this.#path.length - ending.length);
    for (let number = 1; ; number++) {
      const path = number === 1 ? this.#path : `${stem}-${number}${ending}`;
      try {
        // Unlike a rename, a link never replaces an existing file.
        await link(partOf(this.#path), path);
        return path;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
    }
  }
}

const partOf = (path: string) => `${path}.part`;

const refused = (what: string) =>
  new OperatorError(`${what}. Name another file with --certificate. Nothing was erased.`);

/** `erasedAt` of an unfinished certificate; undefined for any other text. */
function unfinishedSince(text: string): string | undefined {
  if (text.startsWith('# Erasure of ')) {
    const isUnfinished = /^The erasure is not complete\./m.test(text);
    return isUnfinished ? /^Pipeline: .* until (\S+)\.$/m.exec(text)?.[1] : undefined;
  }
  try {
    const { v, state, erasedAt } = Object(JSON.parse(text)) as Partial<Certificate>;
    return v === 1 && state === 'waiting' ? erasedAt : undefined;
  } catch {
    return undefined;
  }
}
