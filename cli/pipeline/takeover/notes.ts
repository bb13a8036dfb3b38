import { createHmac, randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, fchmodSync, fstatSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { campaignFileSchema } from '../../../lambdas/domain/campaign/record.ts';
import { objectIn } from '../../../lambdas/domain/contract/object-text.ts';
import { errorCode, fileErrorReason, unwritable } from '../../files/file-error.ts';
import { OperatorError } from '../../words/operator-error.ts';

/**
 * What was found at a link's address:
 *
 * - `ours`      the ledger has it as this producer's live link
 * - `others`    the ledger has it as another producer's link, live or ended
 * - `readable`  the API shows it
 * - `expired`   the API shows it, and its expiry has passed
 * - `refused`   the API refuses to show it: `invalid_source`
 * - `absent`    the API has no such link
 */
export const findings = ['ours', 'others', 'readable', 'expired', 'refused', 'absent'] as const;
export type Finding = (typeof findings)[number];

/** What a run asks for the links that the API shows. */
export const choiceSchema = z.object({
  action: z.enum(['adopt', 'migrate']),
  ttl: z.string().optional(),
  renewTtl: z.enum(['yes', 'no']).optional(),
  keepUntil: z.string().optional(),
});
export type Choice = z.infer<typeof choiceSchema>;

const headSchema = z.object({
  kind: z.literal('takeover'),
  v: z.literal(1),
  stack: z.string(),
  source: z.string(),
  /** The key of the digests that name links in request IDs. */
  key: z.string().min(1),
});
type Head = z.infer<typeof headSchema>;

const lineSchema = z.discriminatedUnion('kind', [
  headSchema,
  z.object({ kind: z.literal('link'), link: z.string(), found: z.enum(findings) }),
  /** An attempt begins: what it asks for, and by which campaign. The first is for all links, a later one for those that it names. */
  z.object({
    kind: z.literal('attempt'),
    campaign: z.string(),
    choice: choiceSchema,
    /** Older notes have none. */
    lane: z.string().optional(),
    links: z.array(z.string()).optional(),
  }),
  /** A file of rows is uploaded. */
  z.object({ kind: z.literal('dropped'), sha256: z.string(), file: campaignFileSchema }),
]);
type Line = z.infer<typeof lineSchema>;
export type Dropped = Omit<Extract<Line, { kind: 'dropped' }>, 'kind'>;

/** An attempt to take links over. A link's last attempt names its request. */
export interface Attempt {
  /** 1 is the first. */
  number: number;
  choice: Choice;
}

/** The default path of the notes about a file. */
export const notesPath = (file: string) => `${file}.takeover.ndjson`;

/** Whose links the notes are about. */
export type About = Pick<Head, 'stack' | 'source'>;

/**
 * The notes of a takeover: what was found at each link, what was asked for, and which file was uploaded. They hold no value of a
 * link. The addresses and the key are confidential, so only the file's owner can read it. A line counts when it is whole, so a killed run
 * continues where it was.
 */
export class TakeoverNotes {
  readonly path: string;
  readonly found = new Map<string, Finding>();
  readonly #about: About;
  readonly #attempts: Choice[] = [];
  readonly #attemptOf = new Map<string, number>();
  #campaign: string | undefined;
  #lane: string | undefined;
  #dropped: Dropped | undefined;
  #isDue = false;
  #descriptor: number | undefined;
  /** The key of the digests. Undefined before the first line. */
  #key: string | undefined;
  /** A run that is killed while it writes leaves a part of a line. It stays, on a line of its own. */
  #isTorn: boolean;

  /** @throws OperatorError if the file cannot be read, has no notes, or is about other links */
  constructor(path: string, about: About) {
    this.path = path;
    this.#about = about;
    const text = textOf(path);
    const known = linesIn(text);
    const [first] = known;
    this.#isTorn = text !== '' && !text.endsWith('\n');
    if (first === undefined && !text.startsWith(firstWords.slice(0, text.length)))
      throw new OperatorError(noNotes(path));
    if (first !== undefined) this.#belongs(first);
    for (const line of known) this.#take(line);
  }

  /** The attempts so far; none before the first run. */
  get attempts(): readonly Choice[] {
    return this.#attempts;
  }

  /** The name of the campaign, since the first run. */
  get campaign(): string | undefined {
    return this.#campaign;
  }

  /** The lane of the last attempt. */
  get lane(): string | undefined {
    return this.#lane;
  }

  /** Whether an attempt has begun and its file is not uploaded: the run was killed in between. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** The file that was uploaded last. */
  get dropped(): Dropped | undefined {
    return this.#dropped;
  }

  /** The last attempt for a link. Undefined before the first run. */
  attemptFor(link: string): Attempt | undefined {
    const number = this.#attemptOf.get(link) ?? 1;
    const choice = this.#attempts[number - 1];
    return choice && { number, choice };
  }

  /**
   * The digest that names a link in request IDs, which logs show. Short-link IDs are so short that a plain digest could be
   * reversed by trial. The key is random and only in these notes, so nobody can do that without them.
   *
   * @returns 128 bits as hexadecimal digits
   */
  digestOf(link: string): string {
    return digestUnder(this.#keyOrNew(), link);
  }

  /** Whether these notes have made the digest, for this link. */
  isDigestOf(digest: string, link: string): boolean {
    return this.#key !== undefined && digestUnder(this.#key, link) === digest;
  }

  addFound(link: string, found: Finding): void {
    this.#add({ kind: 'link', link, found });
  }

  /** @param links those of a later attempt */
  addAttempt(campaign: string, choice: Choice, lane: string, links?: string[]): void {
    this.#add({ kind: 'attempt', campaign, choice, lane, ...(links && { links }) });
  }

  addDropped(dropped: Dropped): void {
    this.#add({ kind: 'dropped', ...dropped });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #add(line: Line): void {
    this.#keyOrNew();
    this.#append(line);
    this.#take(line);
  }

  /** Of two runs that begin at once, each writes a key. The first one in the file counts for both. */
  #keyOrNew(): string {
    for (let attempt = 1; this.#key === undefined && attempt <= 3; attempt++) {
      this.#append({ kind: 'takeover', v: 1, ...this.#about, key: randomBytes(32).toString('base64url') });
      const [first] = linesIn(textOf(this.path));
      if (first !== undefined) this.#belongs(first);
      this.#isTorn = first === undefined;
    }
    if (this.#key !== undefined) return this.#key;
    throw new OperatorError(`${this.path} does not keep what is written. Name another file with --notes.`);
  }

  #append(line: Line): void {
    try {
      this.#descriptor ??= openedForOwner(this.path);
      appendFileSync(this.#descriptor, `${this.#isTorn ? '\n' : ''}${lineOf(line)}`);
      // After a power cut, the notes must have the key of every request, and the upload that sent it.
      if (line.kind !== 'link') fsyncSync(this.#descriptor);
    } catch (error) {
      throw new OperatorError(`${this.path} cannot be written: ${unwritable(error)}. Name another file with --notes.`);
    }
    this.#isTorn = false;
  }

  #take(line: Line): void {
    switch (line.kind) {
      case 'link':
        this.found.set(line.link, line.found);
        break;
      case 'attempt':
        this.#attempts.push(line.choice);
        this.#campaign ??= line.campaign;
        this.#lane = line.lane ?? this.#lane;
        this.#isDue = true;
        for (const link of line.links ?? []) this.#attemptOf.set(link, this.#attempts.length);
        break;
      case 'dropped':
        this.#dropped = line;
        this.#isDue = false;
    }
  }

  #belongs(first: Line): void {
    if (first.kind !== 'takeover') throw new OperatorError(noNotes(this.path));
    const { stack, source, key } = first;
    this.#key = key;
    if (stack === this.#about.stack && source === this.#about.source) return;
    throw new OperatorError(
      `${this.path} has the notes of a takeover by ${source} on ${stack}. Name another file with --notes, or delete it.`,
    );
  }
}

const digestUnder = (key: string, link: string) => createHmac('sha256', key).update(link).digest('hex').slice(0, 32);
const linesIn = (text: string): Line[] =>
  text.split('\n').flatMap((line) => lineSchema.safeParse(objectIn(line)).data ?? []);
const lineOf = (line: Line) => `${JSON.stringify(line)}\n`;
const firstWords = '{"kind":"takeover"';
const noNotes = (path: string) => `${path} has no notes of a takeover. Name another file with --notes.`;

/** The whole file; empty if there is none. A million links take some 60 MB. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    const why = fileErrorReason(error, 'read');
    if (why === undefined) throw error;
    throw new OperatorError(`${path} cannot be read: ${why}. Name another file with --notes.`);
  }
}

/** Each write goes to the end, also beside another run. */
function openedForOwner(path: string): number {
  const descriptor = openSync(path, 'a', 0o600);
  // A device, such as /dev/null, belongs to everybody.
  if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
  return descriptor;
}
