import { hash } from 'node:crypto';
import { type ErasureRun, mostLeft } from '../domain/acts/erasure-run.ts';
import { parkedCommandIn } from '../domain/contract/parked-command.ts';
import { isLineOf } from './subject-archive-lines.ts';
import { mostBytes } from './subject-campaign-objects.ts';
import type { Persons } from './subject-persons.ts';
import type { ObjectVersion, SubjectPorts, SubjectSettings, Versions } from './subject-ports.ts';

/** Where the archive has lines about persons, in the order of an erasure. Parked and held commands wait, the others have ended. */
export const waitingPrefixes = ['parked/', 'held/'] as const;
export const archivePrefixes = [...waitingPrefixes, 'quarantine/', 'rejected/', 'history/'] as const;

/** The lines of a version, and those of them that concern the persons. Undefined if the version is gone or too large. */
export async function linesOfVersion(
  version: ObjectVersion,
  persons: Persons,
  { archive }: Pick<SubjectPorts, 'archive'>,
): Promise<{ theirs: string[]; others: string[] } | 'gone' | 'too-large'> {
  if (version.bytes > mostBytes) return 'too-large';
  const bytes = await archive.read(version);
  if (bytes === undefined) return 'gone';
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const { theirs = [], others = [] } = Object.groupBy(lines, (line) => (isLineOf(line, persons) ? 'theirs' : 'others'));
  return { theirs, others };
}

/** Takes the persons' lines out of an object of the archive, and deletes its old versions that have some. */
export async function eraseLines(
  versions: readonly ObjectVersion[],
  persons: Persons,
  run: ErasureRun,
  settings: SubjectSettings,
  ports: SubjectPorts,
): Promise<void> {
  const { archive } = ports;
  const { counts } = run;
  for (const version of versions.toReversed()) {
    const lines = await linesOfVersion(version, persons, ports);
    if (lines === 'too-large') leave(run, version.key);
    if (typeof lines === 'string' || lines.theirs.length === 0) continue;
    counts.archiveLines += lines.theirs.length;
    if (version.isLatest) {
      await sendBack(version.key, lines.theirs, run, settings, ports);
      await replace(version, versions.length, lines.others, run, archive);
    } else {
      await archive.remove(version);
      counts.versionsDeleted += 1;
    }
  }
}

/**
 * Writes the other lines, then deletes the version. After a crash between the two, the other lines are there twice, which is
 * harmless.
 */
async function replace(
  version: ObjectVersion,
  all: number,
  others: readonly string[],
  { counts }: ErasureRun,
  archive: Versions,
): Promise<void> {
  const text = Buffer.from(others.map((line) => `${line}\n`).join(''));
  const key = others.length === 0 ? version.key : keyFor(version.key, others.length, text);
  if (others.length > 0) {
    await archive.write(key, text, 'application/x-ndjson');
    counts.objectsRewritten += 1;
  }
  // Without a delete marker, an older version would become the object again.
  if (all > 1 && (others.length === 0 || key !== version.key)) await archive.hide(version.key);
  await archive.remove(version);
  counts.versionsDeleted += 1;
}

/** The name of a lot contains the number of its commands. Other objects keep their names. */
function keyFor(key: string, lines: number, text: Uint8Array): string {
  if (!waitingPrefixes.some((prefix) => key.startsWith(prefix))) return key;
  const digest = hash('sha256', text, 'hex').slice(0, 32);
  return key.replace(/-\d+-[0-9a-f]+\.ndjson$/, `-${lines}-${digest}.ndjson`);
}

/**
 * Sends waiting commands back to their lane. The lane's worker ends each with an outcome, so nobody waits for it. A command whose
 * lane is not configured any more, or that the queue refuses, has no way there.
 */
async function sendBack(
  key: string,
  lines: readonly string[],
  { counts }: ErasureRun,
  { lanes }: SubjectSettings,
  ports: SubjectPorts,
): Promise<void> {
  if (!waitingPrefixes.some((prefix) => key.startsWith(prefix))) return;
  const commands = lines.flatMap((line) => parkedCommandIn(line) ?? []).filter(({ lane }) => lanes.has(lane));
  for (const [lane, ofLane] of Map.groupBy(commands, (command) => command.lane)) {
    const refused = await ports.lanes.sendBack(lane, ofLane);
    counts.sentBack += ofLane.length - refused.length;
  }
}

/** Remembers an object that keeps what it has. */
export function leave(run: ErasureRun, key: string): void {
  if (run.left.includes(key)) return;
  run.counts.objectsLeft += 1;
  if (run.left.length < mostLeft) run.left.push(key);
}
