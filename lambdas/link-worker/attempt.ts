import type { Command, DeleteCommand, UpdateCommand } from '../domain/contract/command.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/** One delivery of a command, as it is carried out: what is known of it, and whom it may ask. */
export interface Attempt<Asked extends Command = Command> {
  command: Asked;
  /** Deliveries so far, this one included. */
  receiveCount: number;
  /** False for a command that is stale: what an earlier attempt began is brought to its end, and nothing new is sent. */
  mayWrite: boolean;
  secret: string;
  settings: LinkWorkerEnvironment;
  ports: LinkWorkerPorts;
}

/** A change of a link that the ledger knows, as the link stands when it comes up. */
export interface Change extends Attempt<UpdateCommand | DeleteCommand> {
  record: LinkRecord;
  nowSeconds: number;
}
