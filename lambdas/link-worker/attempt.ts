import type { Command, DeleteCommand, UpdateCommand } from '../domain/contract/command.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

/** One delivery of a command during its execution, with its context. */
export interface Attempt<RequestIdentity extends Command = Command> {
  command: RequestIdentity;
  /** Deliveries so far, this one included. */
  receiveCount: number;
  /** False for a stale command: the worker completes an earlier attempt and sends no new write. */
  mayWrite: boolean;
  secret: string;
  settings: LinkWorkerEnvironment;
  ports: LinkWorkerPorts;
}

/** A change of a link in the ledger, with the link's record at the start of the change. */
export interface Change extends Attempt<UpdateCommand | DeleteCommand> {
  record: LinkRecord;
  /** The update moves the link to another version of the API. */
  migrates?: true;
  nowSeconds: number;
}
