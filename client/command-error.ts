/** A fault of a command, as the HTTP API reports it. */
export interface CommandFault {
  /** A JSON Pointer (RFC 6901) as a URI fragment: `#/data/pid`. */
  pointer: string;
  rule: string;
  /** For people, with the fix. */
  detail: string;
}

/** What an error is about: a command, or the link of a key. */
export interface ErrorSubject {
  /** The command. */
  requestId?: string | undefined;
  /** Of a call by key. */
  campaign?: string | undefined;
  key?: string | undefined;
}

export interface CommandErrorDetails extends ErrorSubject {
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
  readonly campaign: string | undefined;
  readonly key: string | undefined;
  readonly reason: string;
  readonly detail: string | undefined;
  readonly status: number | undefined;
  readonly faults: readonly CommandFault[];
  readonly mayBeSent: boolean;

  constructor(details: CommandErrorDetails) {
    const { requestId, campaign, key, reason, detail, status, faults = [], mayBeSent, cause } = details;
    super(messageOf(details), cause === undefined ? {} : { cause });
    this.requestId = requestId;
    this.campaign = campaign;
    this.key = key;
    this.reason = reason;
    this.detail = detail;
    this.status = status;
    this.faults = faults;
    this.mayBeSent = mayBeSent;
  }
}

/** The same error, with other details. */
export function withDetails(error: CommandError, changes: Partial<CommandErrorDetails>): CommandError {
  const { requestId, campaign, key, reason, detail, status, faults, mayBeSent, cause } = error;
  return new CommandError({
    requestId,
    campaign,
    key,
    reason,
    detail,
    status,
    faults,
    mayBeSent,
    cause,
    ...changes,
  });
}

/** At most this many faults are in the message. `faults` has all. */
const shownFaults = 5;

/** A key may have 1,000 characters. `key` has all of it. */
const shownCharacters = 100;

function subjectOf({ requestId, campaign, key }: ErrorSubject): string {
  if (requestId !== undefined) return `the command ${requestId}`;
  if (key === undefined) return 'the call';
  return `the call for the key ${campaign}/${key}`.replaceAll(/\p{C}/gu, '?').slice(0, shownCharacters);
}

function messageOf({ reason, detail, faults = [], mayBeSent, ...subject }: CommandErrorDetails): string {
  const shown = faults.slice(0, shownFaults).map((fault) => `${fault.pointer} ${fault.detail}`);
  const why = [detail, ...shown].filter((text) => text !== undefined).join('; ');
  const open = mayBeSent ? ' (the pipeline may have it: send it again unchanged)' : '';
  return `${subjectOf(subject)} failed: ${reason}${why === '' ? '' : `: ${why}`}${open}`;
}
