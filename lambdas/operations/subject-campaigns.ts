import type { ErasureRun } from '../domain/acts/erasure-run.ts';
import { campaignPrefix } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import { isActive } from '../domain/campaign/record.ts';
import { leave } from './subject-archive.ts';
import { type CampaignObject, campaignObject, mostBytes, packed, unpacked } from './subject-campaign-objects.ts';
import { type Redacted, redactedCsv, redactedNdjson, redactedRows, redactedSettings } from './subject-campaign-rows.ts';
import type { Persons } from './subject-persons.ts';
import type { ObjectVersion, SubjectPorts } from './subject-ports.ts';

export const campaignPrefixes = [campaignPrefix.inbox, campaignPrefix.work, campaignPrefix.results] as const;

type Ports = Pick<SubjectPorts, 'campaignBucket' | 'campaigns'>;

/** A version without the persons' rows. `left`: it is too large, or cannot be read. */
export async function redactedVersion(
  version: ObjectVersion,
  object: CampaignObject,
  record: CampaignRecord | undefined,
  persons: Persons,
  { campaignBucket }: Ports,
): Promise<Redacted | 'gone' | 'left'> {
  if (version.bytes > mostBytes) return 'left';
  const bytes = await campaignBucket.read(version);
  if (bytes === undefined) return 'gone';
  if (bytes.length === 0) return { bytes, rows: 0 };
  try {
    return await redacted(unpacked(bytes, object), version.key, object, record, persons);
  } catch {
    // No CSV, no UTF-8, or not compressed.
    return 'left';
  }
}

function redacted(
  bytes: Buffer,
  key: string,
  { source, kind }: CampaignObject,
  record: CampaignRecord | undefined,
  persons: Persons,
): Redacted | Promise<Redacted> {
  const settings = record?.settings ?? {};
  const isOfDrop = key.startsWith(campaignPrefix.work) && key.split('/')[3] === String(record?.drop);
  const header = isOfDrop || key.startsWith(campaignPrefix.results) ? record?.check.header : undefined;
  switch (kind) {
    case 'csv':
      return redactedCsv(bytes, { source, settings }, persons);
    case 'ndjson':
      return redactedNdjson(bytes, settings, persons);
    case 'lines':
      return redactedRows(bytes, { source, header, settings }, persons);
    case 'settings':
      return redactedSettings(bytes, persons);
    case 'other':
      return { bytes, rows: 0 };
  }
}

/**
 * Takes the persons' rows out of an object of the campaign bucket, and deletes its old versions that have some. A campaign that
 * has not ended keeps its rows until then, because its functions write them again.
 */
export async function eraseRows(
  versions: readonly ObjectVersion[],
  persons: Persons,
  run: ErasureRun,
  ports: Ports,
): Promise<void> {
  const key = versions[0]?.key ?? '';
  const object = campaignObject(key);
  if (object === undefined || object.kind === 'other') return;
  const { record } = await ports.campaigns.read(object);
  const { counts } = run;
  for (const version of versions.toReversed()) {
    const found = await redactedVersion(version, object, record, persons, ports);
    if (found === 'left') leave(run, key);
    if (typeof found === 'string' || found.rows === 0) continue;
    if (record !== undefined && isUnderWay(record)) {
      run.waits = `the campaign ${object.source}/${object.name} to end`;
      continue;
    }
    counts.campaignRows += found.rows;
    if (version.isLatest) {
      await ports.campaignBucket.write(key, packed(found.bytes, object), contentTypeOf(object));
      counts.objectsRewritten += 1;
    }
    await ports.campaignBucket.remove(version);
    counts.versionsDeleted += 1;
  }
}

/** Whether a function may still write rows of the campaign. */
const isUnderWay = (record: CampaignRecord) => isActive(record) || record.endedAt === undefined;

function contentTypeOf({ kind, isCompressed }: CampaignObject): string {
  if (isCompressed) return 'application/gzip';
  if (kind === 'csv') return 'text/csv; charset=utf-8';
  return kind === 'settings' ? 'application/json' : 'application/x-ndjson';
}
