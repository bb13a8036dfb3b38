import type { Fault } from '../contract/fault.ts';
import { isObject } from '../contract/json-object.ts';
import { forbiddenParameters, parameterRules } from '../contract/link-data.ts';
import { isOneSlip } from '../contract/one-slip.ts';

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index + 1}`);

/** Names that have a meaning for AppsFlyer, in a link's data or outside it, or for web analytics. */
const knownNames = [
  ...Object.keys(parameterRules),
  ...forbiddenParameters,
  'deep_link_value',
  ...numbered('deep_link_sub', 10),
  'af_xp',
  'af_ios_store_cpp',
  'af_android_store_csl',
  ...['source', 'medium', 'campaign', 'term', 'content', 'id'].map((name) => `utm_${name}`),
];
const known: ReadonlySet<string> = new Set(knownNames);

const byLowerCase = new Map(knownNames.map((name) => [name.toLowerCase(), name]));

/** The parameter that a header names, in the spelling of AppsFlyer: capitals do not matter. Any other name is as it is. */
export const parameterNamed = (header: string) => byLowerCase.get(header.toLowerCase()) ?? header;

/** Cyrillic and Greek letters that look like Latin ones, and the Latin ones. */
const lookalikes: ReadonlyMap<string, string> = new Map([
  ...pairs('\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455', 'aeopcyxijs'),
  ...pairs('\u03bf\u03b1\u03b9\u03c1\u03bd', 'oaipv'),
]);

function pairs(letters: string, latin: string): [string, string][] {
  return [...letters].map((letter, index) => [letter, latin.charAt(index)]);
}

/** A name without case, blanks and punctuation, with look-alike letters as Latin ones. */
export function skeleton(name: string): string {
  const letters =
    name
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]/gu) ?? [];
  return letters.map((letter) => lookalikes.get(letter) ?? letter).join('');
}
const skeletons = new Map(knownNames.map((name) => [skeleton(name), name]));

/** Fields of a command that are unlikely names of a parameter. `source` and `action` are likely ones, and not here. */
const besideData = new Map(
  [
    ...['specVersion', 'requestId', 'onelinkId', 'shortlinkId', 'requestedAt', 'validUntil', 'metadata'],
    ...['ttl', 'renewTtl', 'brandDomain', 'keepUntil', 'onConflict', 'qr'],
  ].map((name) => [skeleton(name), name]),
);
besideData.set('templateid', 'onelinkId');

/** In a shorter name, one different letter is no sign of a typo. */
const leastLetters = 6;

const found = new Map<string, string | undefined>();
/** Limits the cache: files have few names and many rows, but a hostile file may have any number of names. */
const mostKept = 10_000;

/** Finds names that are almost a known one, or look like one. The API accepts them, and they may not have the intended effect. */
export function nearNames(data: unknown): Fault[] {
  if (!isObject(data)) return [];
  return Object.keys(data).flatMap((name) => {
    const message = warningOf(name);
    return message === undefined ? [] : [{ path: `data.${name}`, rule: 'near-name', message }];
  });
}

function warningOf(name: string): string | undefined {
  if (known.has(name)) return undefined;
  if (found.has(name)) return found.get(name);
  const message = findWarning(name);
  if (found.size < mostKept) found.set(name, message);
  return message;
}

function findWarning(name: string): string | undefined {
  // A longer name is no typo of a known one.
  if (name.length > 100) return undefined;
  const bones = skeleton(name);
  const field = besideData.get(bones) ?? slipOf(besideData, bones);
  if (field !== undefined) return `belongs outside data, as ${field}: here it becomes a parameter of the link`;
  const near = skeletons.get(bones) ?? slipOf(skeletons, bones);
  if (near !== undefined) return `is almost ${near}, but is a different parameter`;
  if (/^\s|\s$|[\p{Cc}\p{Cf}]/u.test(name)) return 'starts or ends with a blank, or holds an invisible character';
  return undefined;
}

/** The known name that differs by one letter: added, missing, replaced, or swapped with the next one. */
function slipOf(names: ReadonlyMap<string, string>, bones: string): string | undefined {
  if (bones.length < leastLetters) return undefined;
  return [...names].find(([one]) => one.length >= leastLetters && isOneSlip(one, bones))?.[1];
}
