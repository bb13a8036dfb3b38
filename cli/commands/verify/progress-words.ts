import { durationWords, n } from '../../words/words.ts';

export interface VerifyProgress {
  /** Links that were checked, and those of them that differ. */
  checked: number;
  different: number;
  /** What the scan has read so far. */
  scanned: { records: number; links: number };
  /** How many links to check. */
  wanted: number | 'all';
  /** Records of any kind in the ledger, by DynamoDB's count, which is up to six hours old. */
  recordsAbout: number | undefined;
  callsPerSecond: number;
}

/** The progress, and the time left. The number of all links is an estimate until the scan ends. */
export function progressWords(progress: VerifyProgress): string {
  const { checked, different, scanned, wanted, callsPerSecond } = progress;
  const found = `${n(different)} different`;
  const pace = `${Math.round(callsPerSecond)} per second`;
  const total = wanted === 'all' ? linksAbout(progress) : Math.min(wanted, scanned.links);
  if (total === undefined) return `${n(checked)} checked, ${found}, ${pace}`;
  const of = `${wanted === 'all' ? 'about ' : ''}${n(total)}`;
  const left = durationWords((total - checked) / callsPerSecond);
  return `${n(checked)} of ${of} checked, ${found}, ${pace}, about ${left} left`;
}

/** An estimate that assumes the share of links among the scanned records for the whole ledger. */
function linksAbout({ scanned, recordsAbout }: VerifyProgress): number | undefined {
  if (!recordsAbout || scanned.records === 0) return undefined;
  return Math.max(scanned.links, Math.round((recordsAbout * scanned.links) / scanned.records));
}
