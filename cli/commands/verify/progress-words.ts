import { durationWords, n } from '../../words.ts';

export interface VerifyProgress {
  /** Links that were looked at, and those of them that differ. */
  lookedAt: number;
  different: number;
  /** What the scan has come across so far. */
  scanned: { records: number; links: number };
  /** How many links are wanted. */
  wanted: number | 'all';
  /** Records of any kind in the ledger, as DynamoDB counts them every six hours or so. */
  recordsAbout: number | undefined;
  callsPerSecond: number;
}

/** How far it is, and when it will be done. Of all links the number is only known when the scan is over. */
export function progressWords(progress: VerifyProgress): string {
  const { lookedAt, different, scanned, wanted, callsPerSecond } = progress;
  const found = `${n(different)} different`;
  const pace = `${callsPerSecond} a second`;
  const total = wanted === 'all' ? linksAbout(progress) : Math.min(wanted, scanned.links);
  if (total === undefined) return `${n(lookedAt)} looked at, ${found}, ${pace}`;
  const of = `${wanted === 'all' ? 'about ' : ''}${n(total)}`;
  const left = durationWords((total - lookedAt) / callsPerSecond);
  return `${n(lookedAt)} of ${of} looked at, ${found}, ${pace}, about ${left} left`;
}

/** The share of links among the records scanned is taken for that of the whole ledger. */
function linksAbout({ scanned, recordsAbout }: VerifyProgress): number | undefined {
  if (!recordsAbout || scanned.records === 0) return undefined;
  return Math.max(scanned.links, Math.round((recordsAbout * scanned.links) / scanned.records));
}
