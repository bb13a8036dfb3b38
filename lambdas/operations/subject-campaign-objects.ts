import { gunzipSync, gzipSync } from 'node:zlib';
import { campaignPrefix, fileEndings, settingsEnding } from '../domain/campaign/places.ts';

/** So much text is rewritten in memory at once: a file of some hundred thousand rows. */
export const mostBytes = 64 * 1024 * 1024;

/** An object of the campaign bucket, by its key. */
export interface CampaignObject {
  source: string;
  name: string;
  kind: 'csv' | 'ndjson' | 'lines' | 'settings' | 'other';
  isCompressed: boolean;
}

/** Undefined if the key is no campaign's. */
export function campaignObject(key: string): CampaignObject | undefined {
  const [room = '', source = '', ...rest] = key.split('/');
  const isWork = `${room}/` === campaignPrefix.work;
  const file = isWork ? (rest[0] ?? '') : rest.join('/');
  if (source === '' || file === '') return undefined;
  if (isWork) {
    const kind = key.endsWith('.ndjson') ? 'lines' : 'other';
    return { source, name: file, kind, isCompressed: false };
  }
  const lower = file.toLowerCase();
  if (lower.endsWith(settingsEnding)) {
    return { source, name: file.slice(0, -settingsEnding.length), kind: 'settings', isCompressed: false };
  }
  const ending = [...fileEndings].sort((one, other) => other.length - one.length).find((one) => lower.endsWith(one));
  if (ending === undefined) return { source, name: file, kind: 'other', isCompressed: false };
  const isResult = `${room}/` === campaignPrefix.results;
  const name = file.slice(0, -ending.length).replace(isResult ? /-rejected$/ : /$^/, '');
  const rows = ending.startsWith('.csv') ? 'csv' : 'ndjson';
  return { source, name, kind: isResult && rows === 'ndjson' ? 'lines' : rows, isCompressed: ending.endsWith('.gz') };
}

/** @throws Error if the bytes are not compressed, or are too large */
export const unpacked = (bytes: Uint8Array, { isCompressed }: CampaignObject): Buffer =>
  isCompressed ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : Buffer.from(bytes);

export const packed = (text: Uint8Array, { isCompressed }: CampaignObject): Uint8Array =>
  isCompressed ? gzipSync(text) : text;
