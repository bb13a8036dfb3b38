import { readFileSync, writeFileSync } from 'node:fs';

/**
 * What a release leaves behind: resources that must stay, and records that the next release must read. Record it when a version is
 * released, from its own commit: `RECORD_RELEASE=1 npx vitest run test/stack/upgrade.test.ts test/integration/upgrade.test.ts`.
 */
const fileOf = (name: string) => new URL(`release/${name}.json`, import.meta.url);

export const isRecording = process.env.RECORD_RELEASE === '1';

/** A set of DynamoDB, which JSON does not have. */
const setAsObject = (_: string, value: unknown) => (value instanceof Set ? { set: [...value] } : value);
const isSet = (value: unknown): value is { set: string[] } =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).join() === 'set' &&
  'set' in value &&
  Array.isArray(value.set);

/** What the release before left. */
export function released<T>(name: string): T {
  return JSON.parse(readFileSync(fileOf(name), 'utf8'), (_, value) => (isSet(value) ? new Set(value.set) : value));
}

/** Records it for the next release. */
export function record(name: string, left: unknown): void {
  writeFileSync(fileOf(name), `${JSON.stringify(left, setAsObject, 2)}\n`);
}
