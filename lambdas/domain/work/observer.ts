/** Fields that may stand in a log line: who asked and what became of it; never a payload's value, a link ID or a token. */
export interface ObservedFields {
  source?: string | null;
  requestId?: string | null;
  messageId?: string;
  action?: string | null;
  outcome?: string;
  reason?: string | undefined;
  /** Names of the rules that were broken. */
  rules?: string[];
  repeat?: boolean;
  count?: number;
  meaning?: string;
  /** What was asked of the API for this command, in order: `create ambiguous`, `read ok`. */
  calls?: string[];
  /** A lane, and why it stands as it does. */
  lane?: string;
  state?: string;
  /** The name of an error, not its message, which may quote what it was about. */
  error?: string;
}

/** Logs and metrics as a use case sees them; dimensions such as the lane are on them already. */
export interface Observer {
  count(metric: string, by?: number): void;
  milliseconds(metric: string, value: number): void;
  /** A level, such as what is left of the quota. */
  level(metric: string, value: number, unit: 'Count' | 'Percent'): void;
  info(message: string, fields?: ObservedFields): void;
  warn(message: string, fields?: ObservedFields): void;
}
