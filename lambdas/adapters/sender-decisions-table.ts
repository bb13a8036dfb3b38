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
    return (await this.read()) ?? {};
  }

  /** All decisions, or undefined if the record is malformed. */
  async read(): Promise<SenderDecisions | undefined> {
    return (await this.#read()).decisions;
  }

  /**
   * Records a decision in the place of the one that its maker knows of.
   *
   * @param known the decision about the same source and sender as it was read; undefined if there was none
   * @returns false if somebody else has decided in the meantime
   * @throws Error if the record is malformed, or if others keep changing it
   */
  async decide(source: string, sender: Sender, decision: SenderDecision, known?: SenderDecision): Promise<boolean> {
    const key = decisionKey(source, sender);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const { revision, decisions } = await this.#read();
      if (decisions === undefined) throw new Error('the record of decisions about senders is malformed');
      const before = decisions[key];
      if (before?.decision !== known?.decision || before?.at !== known?.at) return false;
      const record = {
        [pk]: sendersKey,
        v: version,
        revision: revision + 1,
        decisions: { ...decisions, [key]: decision },
      };
      const isWritten = await this.#table.put(record, {
        ConditionExpression: `attribute_not_exists(${pk}) OR revision = :read`,
        ExpressionAttributeValues: { ':read': revision },
      });
      if (isWritten) return true;
    }
    throw new Error('the decisions about senders keep changing: try again');
  }

  async #read(): Promise<{ revision: number; decisions: SenderDecisions | undefined }> {
    const [item] = await this.#table.getAll([sendersKey]);
    if (item === undefined) return { revision: 0, decisions: {} };
    return recordSchema.safeParse(item).data ?? { revision: 0, decisions: undefined };
  }
}
