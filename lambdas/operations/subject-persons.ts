import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import { subjectDigest } from '../domain/link/digest.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';

/** The form in which subjects are compared: the same as that of their digests. */
const formOf = (subject: string) => subject.normalize('NFC').trim();

const addressKey = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;

/** The persons of an act: how to recognise what concerns them. */
export class Persons {
  readonly digests: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;
  readonly #links = new Set<string>();
  readonly #requests = new Set<string>();

  constructor(subjects: readonly string[], secret: string) {
    this.#names = new Set(subjects.map(formOf));
    this.digests = new Set(subjects.map((subject) => subjectDigest(secret, subject)));
  }

  /** Adds what the ledger knows of them, so that lines without a subject are recognised, too. */
  know({ links, requests }: { links: readonly LinkAddress[]; requests: readonly RequestKey[] }): void {
    for (const link of links) this.#links.add(addressKey(link));
    for (const request of requests) this.#requests.add(requestKey(request));
  }

  isName(text: unknown): boolean {
    return typeof text === 'string' && this.#names.has(formOf(text));
  }

  isDigest(digest: unknown): boolean {
    return typeof digest === 'string' && this.digests.has(digest);
  }

  isLink(onelinkId: unknown, shortlinkId: unknown): boolean {
    if (typeof onelinkId !== 'string' || typeof shortlinkId !== 'string') return false;
    return this.#links.has(addressKey({ onelinkId, shortlinkId }));
  }

  isRequest(source: unknown, requestId: unknown): boolean {
    if (typeof source !== 'string' || typeof requestId !== 'string') return false;
    return this.#requests.has(requestKey({ source, requestId }));
  }

  /** Whether text that is no JSON has one of the names as the value of a field `subject`, also one level deeper in a text. */
  isNamedIn(text: string): boolean {
    const inner = text.replaceAll(/\\(["\\])/g, '$1');
    return [text, inner].some((one) =>
      [...one.matchAll(/"subject"\s*:\s*"((?:[^"\\]|\\.)*)"/g)].some(([, written = '']) =>
        this.isName(unescaped(written)),
      ),
    );
  }

  /** Whether text without any form has one of the names in it. */
  isMentionedIn(text: string): boolean {
    const form = formOf(text);
    return [...this.#names].some((name) => form.includes(name));
  }
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return text;
  }
}
