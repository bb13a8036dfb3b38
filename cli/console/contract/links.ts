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
