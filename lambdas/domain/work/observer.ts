/** The fields that a log line may have. They never hold a payload's value, a link ID or a token. */
export interface ObservedFields {
  source?: string | null;
  requestId?: string | null;
  messageId?: string;
  /** Who sent the message, as AWS reports it: the unique ID of a role or user. */
  sender?: string;
  action?: string | null;
  outcome?: string;
  reason?: string | undefined;
  /** The names of the broken rules. */
  rules?: string[];
  /** The expiry of a link: ISO 8601, UTC. */
  expiresAt?: string | undefined;
  repeat?: boolean;
  count?: number;
  /** A campaign's name, and which drop of its file it is. */
  campaign?: string;
  drop?: number;
  /** Twelve digits of an object's key. The runbook shows how to find the object by them. */
  object?: string;
  meaning?: string;
  /** The command's API calls and their meanings, in order: `create ambiguous`, `read ok`. */
  calls?: string[];
  /** The name of an operator's act. */
  act?: string;
  /** A lane. `state` and `reason` describe it. */
  lane?: string;
  state?: string;
  /** What a call of the HTTP API asks for, its HTTP status, and how long it took. */
  operation?: string;
  status?: number;
  milliseconds?: number;
  /** The name of an error. Its message is left out because it may quote data. */
  error?: string;
}

/** The name of an error, which a log may contain. */
export function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/** Logs and metrics for a use case, with dimensions such as the lane already set. */
export interface Observer {
  count(metric: string, by?: number): void;
  milliseconds(metric: string, value: number): void;
  /** Records a level, such as the remaining quota. */
  level(metric: string, value: number, unit: 'Count' | 'Percent'): void;
  info(message: string, fields?: ObservedFields): void;
  warn(message: string, fields?: ObservedFields): void;
}
