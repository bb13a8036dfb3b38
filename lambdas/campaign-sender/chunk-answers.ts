import type { OutstandingChunk } from '../domain/campaign/record.ts';
import { codeFailure, isSettled, needsRecord, rowResult } from '../domain/campaign/results.ts';
import type { CheckedRow, RowResult } from '../domain/campaign/row.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import type { LinkRecord, RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { CampaignSenderPorts } from './ports.ts';
import { isSendRow, messageIdOf, type RowCommands, type SendRow, wantsImage } from './row-commands.ts';

/** An image that is not there so long after its link counts as failed. */
const imageMayTakeMilliseconds = 30 * 60_000;

/** The least and the most time between two reads of a chunk. */
const [leastWaitMilliseconds, mostWaitMilliseconds] = [5_000, 60_000];

interface Reading {
  source: string;
  ledger: CampaignSenderPorts['ledger'];
  secret: string;
  nowMilliseconds: number;
}

/**
 * What the ledger knows of an outstanding chunk. It lives in memory as long as a run. A run reads each record once, and
 * each read asks only for what is missing.
 */
export class ChunkAnswers {
  readonly rows: readonly CheckedRow[];
  /** Epoch milliseconds of the next read. */
  dueAt: number;
  readonly #commands: RowCommands;
  readonly #requests = new Map<number, RequestRecord>();
  readonly #digests = new Map<number, string | undefined>();
  readonly #links = new Map<string, LinkRecord>();
  /** Rows whose link was looked up. */
  readonly #looked = new Set<number>();
  #waited = leastWaitMilliseconds;

  /** @param dueAt when the first answers may be there */
  constructor(rows: readonly CheckedRow[], commands: RowCommands, dueAt: number) {
    this.rows = rows;
    this.dueAt = dueAt;
    this.#commands = commands;
  }

  /** The sent rows without an answer. */
  unanswered({ refused = [] }: Pick<OutstandingChunk, 'refused'>): SendRow[] {
    return this.rows.filter(isSendRow).filter(({ row }) => !this.#requests.has(row) && !refused.includes(row));
  }

  /** Rows whose image is not there: their link may be missing too. */
  imagesMissing(entry: OutstandingChunk): number {
    return this.unanswered(entry).filter(wantsImage).length + this.rows.filter((row) => this.#lacksImage(row)).length;
  }

  /** Reads what is missing. */
  async read({ source, ledger, secret, nowMilliseconds }: Reading): Promise<void> {
    // A refused row may have been sent by a run that was cut off. Then it has an answer.
    const asked = this.rows.filter(isSendRow).filter(({ row }) => !this.#requests.has(row));
    const found =
      asked.length === 0 ? new Map() : await ledger.requests(asked.map(({ requestId }) => ({ source, requestId })));
    let news = 0;
    for (const row of asked) {
      const request = found.get(requestKey({ source, requestId: row.requestId }));
      if (request === undefined) continue;
      news++;
      this.#requests.set(row.row, request);
      // The message is ours, so its command is. Otherwise the digests decide.
      const isOurs = request.outcome.messageId === messageIdOf(row.command);
      this.#digests.set(row.row, isOurs ? request.commandDigest : this.#commands.digest(row, secret));
    }
    news += await this.readLinks(ledger);
    this.#waited = news > 0 ? leastWaitMilliseconds : Math.min(mostWaitMilliseconds, this.#waited * 2);
    this.dueAt = nowMilliseconds + this.#waited;
  }

  /** Reads the links that lack an image, and once those that results show by their record. @returns how many have something new */
  async readLinks(ledger: Pick<CampaignSenderPorts['ledger'], 'linksAt'>): Promise<number> {
    const wanted = new Map<string, LinkAddress>();
    const looked: number[] = [];
    for (const row of this.rows) {
      const address = this.#wantedLink(row);
      if (address === undefined) continue;
      // Rows of one file may have the same link, and DynamoDB refuses a key twice in one request.
      wanted.set(keyOf(address), address);
      looked.push(row.row);
    }
    if (wanted.size === 0) return 0;
    let news = 0;
    for (const link of await ledger.linksAt([...wanted.values()])) {
      const known = this.#links.get(keyOf(link.address));
      const isNews = known?.qrKey !== link.qrKey || known?.qrFailure?.requestId !== link.qrFailure?.requestId;
      if (known === undefined || isNews) news++;
      this.#links.set(keyOf(link.address), link);
    }
    for (const row of looked) this.#looked.add(row);
    return news;
  }

  /** Puts the next read off, because commands or images before it are not done yet. */
  notBefore(milliseconds: number): void {
    this.dueAt = Math.max(this.dueAt, milliseconds);
  }

  noLaterThan(milliseconds: number): void {
    this.dueAt = Math.min(this.dueAt, milliseconds);
  }

  /** The rows' results, as far as they are known. `unanswered` gives up rows without an answer. */
  results(
    { refused = [] }: Pick<OutstandingChunk, 'refused'>,
    nowMilliseconds: number,
    unanswered: boolean,
  ): RowResult[] {
    return this.rows.map((row) => {
      const request = this.#requests.get(row.row);
      if (isSendRow(row) && request === undefined && refused.includes(row.row))
        return this.#refused(row, nowMilliseconds);
      const address = this.#addressOf(row);
      const answeredAt = request === undefined ? nowMilliseconds : Date.parse(request.outcome.decidedAt);
      return rowResult(row, {
        request,
        link: address && this.#links.get(keyOf(address)),
        commandDigest: this.#digests.get(row.row),
        unanswered,
        qrOverdue: nowMilliseconds - answeredAt >= imageMayTakeMilliseconds,
      });
    });
  }

  /** Whether the chunk can be settled with these results. */
  static areWhole(results: readonly RowResult[]): boolean {
    return results.every(isSettled);
  }

  /** A row that was not sent: today's configuration refuses it, or the queue did. */
  #refused(row: SendRow, nowMilliseconds: number): RowResult {
    const reading = this.#commands.read(row, nowMilliseconds);
    if ('refused' in reading) {
      const { command: _, ...rest } = row;
      return {
        ...rowResult({ ...rest, check: 'rejected', faults: reading.refused.faults }),
        reason: 'invalid-command',
      };
    }
    return { ...rowResult(row, { unanswered: true }), reason: 'refused-by-queue' };
  }

  #addressOf(row: CheckedRow): LinkAddress | undefined {
    if (row.check === 'unchanged') return row.link;
    return this.#requests.get(row.row)?.outcome.link;
  }

  #lacksImage(row: CheckedRow): boolean {
    if (!isSendRow(row) || row.command.action !== 'create' || !wantsImage(row)) return false;
    if (this.#requests.get(row.row)?.outcome.outcome !== 'created') return false;
    const address = this.#addressOf(row);
    const link = address && this.#links.get(keyOf(address));
    return address !== undefined && link?.qrKey === undefined && codeFailure(row.requestId, link) === undefined;
  }

  /** The link whose record the row still needs: for its image, or once because its result shows the record. */
  #wantedLink(row: CheckedRow): LinkAddress | undefined {
    const address = this.#addressOf(row);
    if (address === undefined) return undefined;
    if (this.#lacksImage(row)) return address;
    const isShown = row.check === 'unchanged' || (isSendRow(row) && needsRecord(row));
    return isShown && !this.#looked.has(row.row) ? address : undefined;
  }
}

const keyOf = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;
