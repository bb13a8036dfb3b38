/**
 * What the console's server and its page say to each other. Types and constants only, so the page can import it.
 *
 * Every instant is in epoch milliseconds. A number that nobody knows is null, never 0. A server that cannot answer sends an
 * `ApiProblem`, with a status of 400 or above. No answer holds a parameter's value, a short URL or a link ID, unless the
 * request has `reveal: true`.
 */

/** A number, and when it was observed. */
export interface Measured {
  /** Null if it is unknown. */
  value: number | null;
  at: number | null;
}

/** Why something cannot be shown or done, and what to do. */
export interface ApiProblem {
  code: 'bad-request' | 'not-found' | 'read-only' | 'refused' | 'unavailable' | 'failed';
  /** One or two sentences for the operator. They hold no value of a link. */
  words: string;
  /** Commands to paste, or sentences. */
  do: string[];
}

/** The status of each problem. */
export const problemStatus = {
  'bad-request': 400,
  'not-found': 404,
  'read-only': 403,
  refused: 409,
  unavailable: 503,
  failed: 502,
} as const satisfies Record<ApiProblem['code'], number>;

// ---------------------------------------------------------------------------------------------------------------------------------
// GET /api/session → Session

export interface Session {
  stack: string;
  stage: string | null;
  local: boolean;
  readOnly: boolean;
  region: string | null;
  /** Who the operator is for AWS. Null if nobody has asked yet, or AWS does not answer. */
  identity: { arn: string; account: string } | null;
  /** Why the console cannot work: no credentials, no stack, no local run. Empty if it can. */
  problems: ApiProblem[];
  lanes: string[];
  producers: { source: string; lanes: string[]; templates: string[] }[];
  templates: { onelinkId: string; domain: string | null }[];
  /** The hash routes of pages that this session has. `emulator` only in a local run. */
  pages: PageName[];
}

export const pageNames = ['overview', 'campaigns', 'links', 'stuck', 'alarms', 'audit', 'emulator'] as const;
export type PageName = (typeof pageNames)[number];

// ---------------------------------------------------------------------------------------------------------------------------------
// GET /api/events: server-sent events. `event:` has the name, and `data:` the JSON text of the type.

export interface ServerEvents {
  /** At the start, and then every few seconds. */
  overview: Overview;
  /** The overview cannot be read. The page keeps the last one, and shows its age. */
  problem: ApiProblem & { at: number };
  /** Each step of an act. */
  act: ActRun;
}
export type ServerEventName = keyof ServerEvents;

/** GET /api/overview → Overview: the same as the event. */
export interface Overview {
  stack: string;
  at: number;
  /** The most urgent first. Empty if the pipeline needs nobody. */
  wrong: Wrong[];
  control: {
    record: 'fresh' | 'old' | 'missing' | 'corrupt';
    /** When the governor last ran. */
    governedAt: number | null;
    /** `good`, or why the API is not available to the pipeline. */
    api: string | null;
  };
  lanes: LaneNow[];
  rate: RateNow;
  quota: QuotaNow;
  usage: UsageNow;
  outcomes: OutcomesNow;
  /** Campaigns that are checked, wait for an approval, or are sent. */
  campaigns: CampaignLine[];
  /** How many alarms are in ALARM, and how much is stuck. */
  alarms: number;
  stuck: Record<StuckKind, number>;
}

/** Something that an operator should look at. */
export interface Wrong {
  /** Stable, for lists: `lane-paused:campaign`. */
  id: string;
  severity: 'page' | 'ticket' | 'note';
  what: string;
  why: string;
  /** What to do, in one sentence. */
  do: string;
  /** The hash route of the one button: `#/stuck/dead-letters`. */
  link: string;
  /** The words of that button. */
  button: string;
  since: number | null;
}

export interface LaneNow {
  lane: string;
  /** Whether it takes commands. The lanes of QR codes and of expired links do not. */
  takesCommands: boolean;
  state: 'open' | 'parking' | 'paused';
  reason: string | null;
  since: number | null;
  note: string | null;
  queues: { kind: string; waiting: Measured; inFlight: Measured; oldestSeconds: Measured }[];
  /** Parked commands. Null value for a lane that never parks. */
  parked: Measured;
  /** By the lane's rate. Null while the lane is not open, or the rate is unknown. 0 if nothing waits. */
  secondsToDrain: number | null;
}

/** Calls a second against the account's budget. */
export interface RateNow {
  /** The pipeline's share of the account, calls a second. */
  budgetPerSecond: number | null;
  lanes: {
    lane: string;
    budgetPerSecond: number | null;
    /** The mean of the last whole minutes. */
    perSecond: Measured;
    /** 429s `rate_limit_exceeded` of the last hour. */
    refusedLastHour: Measured;
  }[];
  /** Oldest first, one point a minute, all lanes together. */
  minutes: { at: number; perSecond: number | null }[];
}

export interface QuotaNow {
  monthly: number | null;
  remaining: Measured;
  used: number | null;
  usedPercent: number | null;
  burnPerHour: number | null;
  /** Null if the rest of the month is safe, or the forecast is not known: see `lasts`. */
  hoursToEmpty: number | null;
  /** Whether the quota lasts the month at today's burn. Null if unknown. */
  lasts: boolean | null;
  monthEndPercent: number | null;
  spentElsewherePerHour: number | null;
  /** Each lane parks when the quota is down to its reserve. */
  reserves: { lane: string; calls: number }[];
}

/** Calls that cost quota. A value is null where nothing was counted. */
export interface UsageNow {
  at: number;
  /** The pipeline's own calls by UTC day, oldest first, and of all systems of the account where the governor knows them. */
  days: { day: string; own: number | null; all: number | null }[];
  month: { month: string; own: number | null; all: number | null; quota: number | null };
  /** The last three UTC months, oldest first. The table keeps 75 days, so the first may be incomplete. */
  months: { month: string; own: number | null; isComplete: boolean }[];
}

/** What became of commands in the last 24 hours, by the metrics. */
export interface OutcomesNow {
  from: number;
  at: number | null;
  kinds: { kind: string; count: number | null }[];
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Campaigns

/** GET /api/campaigns → CampaignList, the newest first */
export interface CampaignList {
  at: number;
  campaigns: CampaignLine[];
  /** Campaigns with a record that this release cannot read: `crm/spring`. */
  unreadable: string[];
}

export interface CampaignLine {
  source: string;
  name: string;
  state: 'checking' | 'waiting' | 'sending' | 'finished' | 'cancelled' | 'refused';
  paused: boolean;
  lane: string;
  rows: number;
  /** Rows with their final status. */
  settled: number;
  droppedAt: number;
  changedAt: number;
  endedAt: number | null;
  /** One sentence about how it stands. */
  words: string;
}

/** GET /api/campaigns/{source}/{name} → Campaign */
export interface Campaign extends CampaignLine {
  at: number;
  drop: number;
  /** Rows by status. They add up to `rows`. */
  counts: Record<string, number>;
  toSend: number;
  quotaCalls: number;
  qrCodes: number;
  checked: boolean;
  bytes: number;
  sendBy: number | null;
  pausedBy: { at: number; reason: string; by: string | null } | null;
  cancelledBy: { at: number; by: string | null } | null;
  approvedBy: { at: number; by: string | null } | null;
  refusal: Fault | null;
  faultsByRule: Record<string, number>;
  firstFaults: Fault[];
  warningsByRule: Record<string, number>;
  /** When it ends, by the lane's rate and its other campaigns. Null if unknown. */
  endsAt: number | null;
  inTime: boolean | null;
  laneStands: { state: string; reason: string } | null;
  startedAt: number | null;
  /** What can be downloaded now. */
  downloads: CampaignDownload[];
  /** The acts that its state allows, most likely first. */
  acts: ('campaign-approve' | 'campaign-pause' | 'campaign-resume' | 'campaign-cancel' | 'campaign-retire')[];
}

export interface Fault {
  /** Null for a fault of the whole file. */
  line: number | null;
  path: string;
  rule: string;
  message: string;
}

/** GET /api/campaigns/{source}/{name}/{download} → the file. Results and codes hold links. */
export const campaignDownloads = ['results', 'rejected', 'codes', 'sheet'] as const;
export type CampaignDownload = (typeof campaignDownloads)[number];

/**
 * POST /api/campaigns/upload → UploadedFile. The body is the file, with `content-type: application/octet-stream` and the header
 * `x-file-name`, percent-encoded. The server keeps the file in a private folder until it is started, or the server ends.
 */
export const uploadHeader = 'x-file-name';
export interface UploadedFile {
  /** Names the file in later requests. */
  file: string;
  name: string;
  bytes: number;
  /** A name for the campaign, made from the file's name. */
  campaign: string;
  columns: ColumnGuess[];
  /** The fields that a column may have: `request_id`, `data.<parameter>`. */
  targets: string[];
}

export interface ColumnGuess {
  header: string;
  /** `request_id`, `data.c`, `metadata.segment`, or `-` for a column that is only carried along. */
  target: string;
  by: 'named' | 'guessed' | 'other';
  isKey: boolean;
  /** Up to three values of the operator's own file. */
  samples: string[];
}

/** POST /api/campaigns/check → CheckReport; POST /api/campaigns/start → CampaignStarted */
export interface CampaignPlan {
  file: string;
  source: string;
  name: string;
  settings: CampaignSettings;
}

/** `<name>.campaign.json`, in the names of its file. */
export interface CampaignSettings {
  template?: string;
  lane?: string;
  /** Header → target. */
  columns?: Record<string, string>;
  passThrough?: boolean;
  defaults?: Record<string, string>;
  /** The header of the column that identifies a row. */
  key?: string;
  /** ISO 8601. */
  sendBy?: string;
  approval?: 'required';
}

export interface CheckReport {
  rows: number;
  toSend: number;
  rejected: number;
  unchanged: number;
  quotaCalls: number;
  qrCodes: number;
  lane: string;
  actions: Record<string, number>;
  faultsByRule: Record<string, number>;
  firstFaults: Fault[];
  warningsByRule: Record<string, number>;
  /** Of columns and of rows. */
  firstWarnings: Fault[];
  /** The command lines that do the same. */
  verb: string;
}

export interface CampaignStarted {
  source: string;
  name: string;
  verb: string;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Links. Every request is a POST, so no address or history has a link.

/** How the operator names a link. */
export type LinkChoice =
  /** A short URL, or `TEMPLATE/ID`. */
  { by: 'link'; link: string } | { by: 'request'; source: string; requestId: string };

/** POST /api/links/find: LinkQuery → FoundLink */
export type LinkQuery = LinkChoice & { reveal?: boolean };

export interface FoundLink {
  at: number;
  result: 'equal' | 'renewed-by-clicks' | 'different' | 'unread' | 'unknown' | 'not-in-ledger';
  /** One sentence about the result. */
  words: string;
  /** What differs, without values. */
  differences: string[];
  /** The ledger and the API side by side. Without `reveal`, values are left out and counted. */
  facets: { what: string; ledger: string | null; api: string | null }[];
  /** Only with `reveal`. */
  shortUrl: string | null;
  /** The request that made the link. */
  request: { source: string; requestId: string } | null;
  template: string | null;
  state: 'live' | 'expired' | 'deleted' | 'checking' | 'unknown';
  code: 'stored' | 'failed' | 'none';
  /** The commands that may be sent for it, and the lanes of its producer. */
  changes: LinkChangeAction[];
  lanes: string[];
  revealed: boolean;
}

/** POST /api/links/campaign: CampaignLinksQuery → CampaignLinks, the rows of a campaign with their links */
export interface CampaignLinksQuery {
  source: string;
  name: string;
  /** From `next` of the page before. */
  after?: string;
  reveal?: boolean;
}
export interface CampaignLinks {
  rows: {
    line: number;
    status: string;
    /** Finds the link: `{ by: 'request', … }`. Null for a row without a request. */
    requestId: string | null;
    /** Only with `reveal`. */
    shortUrl: string | null;
    reason: string | null;
  }[];
  next: string | null;
}

/** POST /api/links/story: LinkStoryQuery → LinkStory */
export type LinkStoryQuery = LinkChoice & {
  reveal?: boolean;
  /** How many days of logs to search: 14 by default. */
  days?: number;
};
export interface LinkStory {
  at: number;
  /** In order of time; current states come last, and have `at: null`. */
  happenings: { at: number | null; where: string; requestId: string; outcome: string | null; words: string }[];
  /** What the search could not see: `campaign: 1,000 of about 5,000 dead letters examined`. */
  notes: string[];
  verb: string;
}

/** POST /api/links/code: LinkChoice → the image (`image/png` or another type), or a problem */

/** POST /api/links/change: LinkChange → LinkChanged. It sends a command to a lane, as a producer does. */
export const linkChangeActions = ['qr', 'update', 'delete'] as const;
export type LinkChangeAction = (typeof linkChangeActions)[number];
export type LinkChange = LinkChoice & {
  action: LinkChangeAction;
  lane: string;
  /** `update` only: the link's whole new data. */
  data?: Record<string, string>;
  /** `update` only, as in a command: `14d`. */
  ttl?: string;
  /** The operator has confirmed what the page showed. */
  confirm: true;
};
export interface LinkChanged {
  /** Follow it: `{ by: 'request', source, requestId }`. */
  source: string;
  requestId: string;
  lane: string;
  verb: string;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Stuck work. GET /api/stuck/{kind}?after=… → StuckPage<kind>

export const stuckKinds = ['parked', 'quarantine', 'held', 'dead-letters'] as const;
export type StuckKind = (typeof stuckKinds)[number];

export interface StuckPage<Item> {
  at: number;
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

export interface StuckItems {
  parked: ParkedLane;
  quarantine: QuarantinedItem;
  held: HeldSender;
  'dead-letters': DeadLetterItem;
}

/** Beside the letters: the queues, and what can be done with each as a whole. GET /api/stuck/queues → DeadLetterQueues */
export interface DeadLetterQueues {
  at: number;
  queues: { queue: string; lane: string; kind: string; source: string | null; letters: number; acts: ActForm[] }[];
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Alarms: GET /api/alarms → AlarmList

export interface AlarmList {
  at: number;
  /** Those in ALARM first, and the longest first. */
  alarms: AlarmItem[];
}
export interface AlarmItem {
  /** The alarm's name in CloudWatch. */
  name: string;
  /** Its entry of the runbook; null for an alarm that the runbook does not have. */
  entry: string | null;
  state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  since: number | null;
  severity: 'page' | 'ticket' | null;
  description: string;
  /** The runbook's sections in their order: Means, Check, Fix, Closed when. Markdown with code spans, links, lists and bold. */
  sections: { title: string; markdown: string; commands: string[] }[];
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Acts

/**
 * An act, in the names of the page. The server makes the calls of the operations function from it:
 *
 * - `pause` and `resume` have `lanes`
 * - `replay` has nothing
 * - `redrive` has `queue`, as the dead-letter queues are named, and may have `perSecond` and `limit`
 * - `purge` has `queue`. The server writes the letters into a file first
 * - `quarantine-release` and `quarantine-drop` have `key`
 * - `sender-confirm` and `sender-reject` have `source` and `sender`
 * - `campaign-approve`, `-pause`, `-resume` and `-cancel` have `source` and `campaign`
 * - `campaign-retire` has the same. It deletes the links of the campaign
 */
export interface Act {
  name: string;
  [field: string]: unknown;
}

/** An act that the page may offer for an item. */
export interface ActForm {
  act: Act;
  /** The words of its button: “Replay”. */
  label: string;
  reason: 'required' | 'optional';
  /** The question of the confirmation. Null: the act needs none. */
  confirmation: string | null;
  isDestructive: boolean;
}

/** POST /api/acts/preview: { acts } → ActPreview */
export interface ActPreview {
  /** The command line of each act, to paste. */
  verbs: string[];
  forms: ActForm[];
}

/** POST /api/acts: ActRequest → ActRun. All acts have one reason, and run one after another. */
export interface ActRequest {
  /** 1 to 500. */
  acts: Act[];
  /** One line of at most 500 characters. */
  reason?: string;
  /** The operator has confirmed what the page showed. */
  confirm: true;
}

/** GET /api/acts → ActRun[], the newest first: what this server has carried out since its start. */
export interface ActRun {
  run: string;
  startedAt: number;
  endedAt: number | null;
  state: 'running' | 'done' | 'failed';
  /** Acts that have ended, and all. */
  done: number;
  of: number;
  items: {
    act: Act;
    verb: string;
    state: 'waiting' | 'running' | 'done' | 'failed';
    /** What it did so far: `{ redriven: 12 }`. */
    effect: Record<string, number>;
    /** One sentence: what was done, or why not. */
    words: string;
  }[];
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Audit: GET /api/audit?since=7d&until=&by=&act=&after= → AuditPage

export interface AuditPage {
  at: number;
  entries: AuditEntry[];
  next: string | null;
}
export interface AuditEntry {
  actId: string;
  act: string;
  begunAt: number | null;
  endedAt: number | null;
  /** Null if it was refused before anybody knew who asked. `name` is `operator/anna` of an assumed role: role and session. */
  by: { name: string; arn: string; account: string } | null;
  target: Record<string, string | number | boolean | string[]>;
  reason: string | null;
  result: 'done' | 'failed' | 'refused' | 'no-end';
  effect: Record<string, string | number | boolean | string[]>;
  error: string | null;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The emulator, in a local run only. GET /api/emulator → EmulatorState; each POST answers with the new EmulatorState.

export interface EmulatorState {
  at: number;
  /** The emulator's clock. */
  now: number;
  monthlyQuota: number;
  quotaUsed: number;
  callsPerSecond: number;
  linksMade: number;
  linksAlive: number | null;
  faults: EmulatorFault[];
  /** Bad days that POST /api/emulator/rehearse begins. */
  rehearsals: { name: string; words: string }[];
}
export interface EmulatorFault {
  kind: string;
  operation: string;
  /** Null: without an end. */
  timesLeft: number | null;
}
/** POST /api/emulator/rehearse */
export interface RehearsalRequest {
  name: string;
}
/** POST /api/emulator/faults adds one; POST /api/emulator/well takes all away, and ends every rehearsal */
export interface FaultRequest {
  kind: string;
  operation: string;
  times?: number;
}
/** POST /api/emulator/quota */
export interface QuotaRequest {
  /** Calls that are left this month. */
  remaining: number;
}
/** POST /api/emulator/clock */
export interface ClockRequest {
  advanceSeconds: number;
}
