import * as z from 'zod';
import type { DocumentTable } from './document-table.ts';
import { ledgerAttribute } from './names.ts';

const key = 'erasures';
const { expiry } = ledgerAttribute;
const ofRun = (id: string) => `run_${id}`;

/** What an erasure still takes of the quota, until epoch seconds: nobody may ever continue it. */
const entrySchema = z.object({ deletes: z.int().min(0), until: z.number() });

/**
 * The running erasures, in one item of the ledger: nobody else can list them without a scan. It names no subject.
 *
 * An entry has a hundred bytes, so the item has room for four thousand erasures that nobody has continued.
 */
export class OpenErasures {
  readonly #table: DocumentTable;

  constructor(table: DocumentTable) {
    this.#table = table;
  }

  /** Notes how many DELETE calls an erasure has before it. Zero removes its entry. */
  async note(id: string, deletes: number, until: number): Promise<void> {
    const set = { UpdateExpression: `SET #${ofRun(id)} = :entry, #${expiry} = :until` };
    const values = { ':entry': { deletes, until }, ':until': until };
    await this.#table.update(
      key,
      deletes > 0
        ? { ...set, ExpressionAttributeValues: values }
        : { UpdateExpression: `REMOVE #${ofRun(id)}`, ConditionExpression: `attribute_exists(#${ofRun(id)})` },
    );
  }

  /** The DELETE calls that all running erasures have before them. */
  async deletes(nowMilliseconds: number): Promise<number> {
    const [item = {}] = await this.#table.getAll([key]);
    const entries = Object.entries(item).filter(([name]) => name.startsWith(ofRun('')));
    const open = entries.map(([, entry]) => entrySchema.safeParse(entry).data);
    return open.reduce((sum, one) => sum + (one && one.until * 1000 > nowMilliseconds ? one.deletes : 0), 0);
  }
}
