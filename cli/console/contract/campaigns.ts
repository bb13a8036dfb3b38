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
