/** Where a campaign's objects are, in the campaign bucket. */

/** The parts of the bucket. */
export const campaignPrefix = {
  /** Dropped files, and their settings. */
  inbox: 'inbox/',
  /** What the functions keep between their runs. */
  work: 'work/',
  results: 'results/',
} as const;

/** A campaign, by its producer and its name. */
export interface CampaignKey {
  source: string;
  name: string;
}

/** `crm/spring` */
export const campaignKey = ({ source, name }: CampaignKey) => `${source}/${name}`;

export const inboxPrefix = campaignPrefix.inbox;
export const resultsPrefix = campaignPrefix.results;

const folder = ({ source, name }: CampaignKey, drop: number) => `${campaignPrefix.work}${source}/${name}/${drop}/`;
const numbered = (part: number) => String(part).padStart(7, '0');

/** The checked rows of a chunk, as NDJSON of `CheckedRow`. */
export const chunkPlace = (campaign: CampaignKey, drop: number, chunk: number) =>
  `${folder(campaign, drop)}chunk-${numbered(chunk)}.ndjson`;
/** The results of a settled chunk, as NDJSON of `RowResult`. */
export const chunkResultPlace = (campaign: CampaignKey, drop: number, chunk: number) =>
  `${folder(campaign, drop)}result-${numbered(chunk)}.ndjson`;
/** Twelve bytes for each key of a step of the check: `SeenKeys.takeAdded`. */
export const digestsPlace = (campaign: CampaignKey, drop: number, part: number) =>
  `${folder(campaign, drop)}digests-${numbered(part)}.bin`;

/** The rows that a step of the check has rejected, as NDJSON of `CheckedRow`. */
export const rejectedPlace = (campaign: CampaignKey, drop: number, part: number) =>
  `${folder(campaign, drop)}rejected-${numbered(part)}.ndjson`;

/** Everything that a drop has left in `work/`. */
export const workPlace = (campaign: CampaignKey, drop: number) => folder(campaign, drop);

/** For people: `results/crm/spring.csv`, and beside it the machines' form and the rejected rows. */
export const resultPlaces = ({ source, name }: CampaignKey) => ({
  csv: `${resultsPrefix}${source}/${name}.csv`,
  ndjson: `${resultsPrefix}${source}/${name}.ndjson`,
  rejected: `${resultsPrefix}${source}/${name}-rejected.csv`,
});

/** The endings of campaign files. */
export const fileEndings = ['.csv', '.ndjson', '.csv.gz', '.ndjson.gz'] as const;
export const settingsEnding = '.campaign.json';
