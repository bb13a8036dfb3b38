import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  decisionKey,
  type Sender,
  type SenderDecision,
  type SenderDecisions,
  senderDecisionsSchema,
} from '../domain/contract/sender.ts';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable } from './document-table.ts';
import { ledgerAttribute } from './names.ts';

const { key: pk } = ledgerAttribute;
const sendersKey = 'senders';
const version = 1;
const recordSchema = z.object({ v: z.literal(version), revision: z.int(), decisions: senderDecisionsSchema });

/** Operators write it by hand, so a second writer at the same time is rare. */
const attempts = 5;

/** The operators' decisions about unknown senders: one record in the ledger's table. */
export class SenderDecisionsTable {
  readonly #table: DocumentTable;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#table = new DocumentTable(client, table, clock);
  }

  /** All decisions. None if the record is missing or malformed: then the commands of unknown senders stay held. */
  async decisions(): Promise<SenderDecisions> {
    return (await this.#read()).decisions ?? {};
  }

  /**
   * Records a decision. It replaces an earlier one about the same sender and source.
   *
   * @throws Error if the record is malformed, or if others keep changing it
   */
  async decide(source: string, sender: Sender, decision: SenderDecision): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const { revision, decisions } = await this.#read();
      if (decisions === undefined) throw new Error('the record of decisions about senders is malformed');
      const next = { ...decisions, [decisionKey(source, sender)]: decision };
      const record = { [pk]: sendersKey, v: version, revision: revision + 1, decisions: next };
      const isWritten = await this.#table.put(record, {
        ConditionExpression: `attribute_not_exists(${pk}) OR revision = :read`,
        ExpressionAttributeValues: { ':read': revision },
      });
      if (isWritten) return;
    }
    throw new Error('the decisions about senders keep changing: try again');
  }

  async #read(): Promise<{ revision: number; decisions: SenderDecisions | undefined }> {
    const [item] = await this.#table.getAll([sendersKey]);
    if (item === undefined) return { revision: 0, decisions: {} };
    return recordSchema.safeParse(item).data ?? { revision: 0, decisions: undefined };
  }
}
