import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import { requestKey } from '../../../../lambdas/domain/contract/request-key.ts';

/** A request, and what became of it. */
export interface Request {
  lane: string;
  /** What it belongs to: `steady`, `burst 3`, or the name of a campaign. */
  part: string;
  action: string;
  /** Epoch milliseconds at which its command was sent, or its file dropped. */
  sentAt: number;
  wantsCode: boolean;
  /** IDs of the distinct final outcomes. There must be one. */
  finals: Set<string>;
  outcome: Outcome['outcome'] | undefined;
  answeredAt: number | undefined;
  /** How long the API has taken for the calls of this command. */
  apiMilliseconds: number;
  codeAt: number | undefined;
  wasParked: boolean;
}

const ofCodes: ReadonlySet<Outcome['outcome']> = new Set(['qr-ready', 'qr-failed']);
const ofLinks: ReadonlySet<Outcome['outcome']> = new Set(['expired', 'renewed', 'expiring-soon', 'campaign-finished']);

/** All requests of the month, beside the outcomes that the pipeline has published. */
export class Correspondence {
  readonly requests = new Map<string, Request>();
  /** Outcomes of requests that nobody has sent. */
  unknown = 0;
  /** Outcomes about links, without a command, by kind. */
  readonly ofLinks = new Map<Outcome['outcome'], number>();
  /** Requests without a final outcome. */
  open = 0;
  /** Requests that are parked now. */
  parked = 0;
  /** Runs when a link is made. */
  onCreated: (outcome: Outcome, request: Request) => void = () => {};

  sent(
    source: string,
    requestId: string,
    sent: Pick<Request, 'lane' | 'part' | 'action' | 'sentAt' | 'wantsCode'>,
  ): void {
    const key = requestKey({ source, requestId });
    if (this.requests.has(key)) return;
    const none = { outcome: undefined, answeredAt: undefined, apiMilliseconds: 0, codeAt: undefined, wasParked: false };
    this.requests.set(key, { ...sent, finals: new Set(), ...none });
    this.open++;
  }

  published(outcome: Outcome, at: number, apiMilliseconds = 0): void {
    const { source, requestId, outcome: kind, outcomeId } = outcome;
    if (ofLinks.has(kind)) {
      this.ofLinks.set(kind, (this.ofLinks.get(kind) ?? 0) + 1);
      return;
    }
    const request =
      source === null || requestId === null ? undefined : this.requests.get(requestKey({ source, requestId }));
    if (request === undefined) {
      this.unknown++;
      return;
    }
    if (kind === 'parked') {
      if (request.finals.size === 0 && !request.wasParked) this.parked++;
      request.wasParked = true;
      return;
    }
    // The code of a create has an outcome of its own.
    if (ofCodes.has(kind) && request.action === 'create') {
      request.codeAt ??= at;
      return;
    }
    request.finals.add(outcomeId);
    if (request.answeredAt !== undefined) return;
    request.answeredAt = at;
    request.apiMilliseconds = apiMilliseconds;
    request.outcome = kind;
    this.open--;
    if (request.wasParked) this.parked--;
    if (kind === 'created') this.onCreated(outcome, request);
  }
}
