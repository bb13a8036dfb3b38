/** A fault of a command, as the HTTP API reports it. */
export interface CommandFault {
  /** A JSON Pointer (RFC 6901) as a URI fragment: `#/data/pid`. */
  pointer: string;
  rule: string;
  /** For people, with the fix. */
  detail: string;
}

export interface CommandErrorDetails {
  /** The command, if the error is about one. */
  requestId?: string | undefined;
  /** A short name that programs can match on: a problem type of the HTTP API, an error of SQS, `aborted`, `network`, … */
  reason: string;
  /** For people, with the fix. Never with a value of a command, and never with a key. */
  detail?: string | undefined;
  /** The HTTP status, if there was an answer. */
  status?: number | undefined;
  faults?: readonly CommandFault[] | undefined;
  /** Whether the pipeline may have the command all the same. To find out, send the same command again. */
  mayBeSent: boolean;
  cause?: unknown;
}

/** Why a command was not sent, or made nothing. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly requestId: string | undefined;
  readonly reason: string;
  readonly detail: string | undefined;
  readonly status: number | undefined;
  readonly faults: readonly CommandFault[];
  readonly mayBeSent: boolean;

  constructor({ requestId, reason, detail, status, faults = [], mayBeSent, cause }: CommandErrorDetails) {
    super(messageOf({ requestId, reason, detail, faults, mayBeSent }), cause === undefined ? {} : { cause });
    this.requestId = requestId;
    this.reason = reason;
    this.detail = detail;
    this.status = status;
    this.faults = faults;
    this.mayBeSent = mayBeSent;
  }

  /** The same error, with other details. */
  with(changes: Partial<CommandErrorDetails>): CommandError {
    const { requestId, reason, detail, status, faults, mayBeSent, cause } = this;
    return new CommandError({ requestId, reason, detail, status, faults, mayBeSent, cause, ...changes });
  }
}

/** At most this many faults are in the message. `faults` has all. */
const shownFaults = 5;

function messageOf({ requestId, reason, detail, faults = [], mayBeSent }: CommandErrorDetails): string {
  const subject = requestId === undefined ? 'the call' : `the command ${requestId}`;
  const shown = faults.slice(0, shownFaults).map((fault) => `${fault.pointer} ${fault.detail}`);
  const why = [detail, ...shown].filter((text) => text !== undefined).join('; ');
  const open = mayBeSent ? ' (the pipeline may have it: send it again unchanged)' : '';
  return `${subject} failed: ${reason}${why === '' ? '' : `: ${why}`}${open}`;
}
