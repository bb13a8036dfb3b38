import type { ActForm } from './acts.ts';

// Stuck work. GET /api/stuck/{kind}?after=… → StuckPage<kind>

export const stuckKinds = ['parked', 'quarantine', 'held', 'dead-letters'] as const;
export type StuckKind = (typeof stuckKinds)[number];

export interface StuckPage<Item> {
  at: number;
  /** How much of this kind there is, on all pages. The tab shows it, so that tab and list are of one reading. */
  count: number;
  items: Item[];
  /** Send as `after` to get the next page. Null at the end. */
  next: string | null;
  /** What the page should say above the list. */
  notes: string[];
}

/** One lane's parked commands. */
export interface ParkedLane {
  id: string;
  lane: string;
  commands: number;
  bytes: number;
  oldestAt: number | null;
  newestAt: number | null;
  /** False for a lane that the pipeline no longer has. */
  isReplayed: boolean;
  acts: ActForm[];
}

/** One object in quarantine. */
export interface QuarantinedItem {
  id: string;
  key: string;
  lane: string;
  reason: 'refused' | 'unreadable';
  at: number;
  bytes: number;
  acts: ActForm[];
}
/** POST /api/stuck/quarantine/lines: { key } → QuarantinedLine[] */
export interface QuarantinedLine {
  source: string | null;
  requestId: string | null;
  action: string | null;
  why: string;
}

/** The commands of one unknown sender. */
export interface HeldSender {
  id: string;
  source: string;
  sender: string;
  commands: number;
  /** Null if the names of its objects do not tell. */
  since: number | null;
  /** What an operator or the configuration has decided since. */
  decision: 'confirmed' | 'rejected' | null;
  acts: ActForm[];
}

export interface DeadLetterItem {
  id: string;
  /** As the alarms name it: `campaign`, `qr`, `campaign-ingress-crm`. */
  queue: string;
  lane: string;
  kind: string;
  source: string | null;
  requestId: string | null;
  action: string | null;
  sentAt: number;
  receiveCount: number;
  reason: string;
  words: string;
  /** A copy of the command has its outcome since: nothing is left to do but to remove the letter. */
  isAnswered: boolean;
}

/** One dead-letter queue, and what can be done with it as a whole. */
export interface DeadLetterQueueItem {
  id: string;
  queue: string;
  lane: string;
  kind: string;
  source: string | null;
  letters: number;
  acts: ActForm[];
}

/** Letters, and every queue that has some. */
export interface DeadLetterPage extends StuckPage<DeadLetterItem> {
  queues: DeadLetterQueueItem[];
}

/** The page of each kind. */
export interface StuckPageOf {
  parked: StuckPage<ParkedLane>;
  quarantine: StuckPage<QuarantinedItem>;
  held: StuckPage<HeldSender>;
  'dead-letters': DeadLetterPage;
}
