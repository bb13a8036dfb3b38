import { hash } from 'node:crypto';

const digestOf = (text: string) => hash('sha256', text, 'base64url');

/** A request ID has at most 128 characters. The name may have 48 of them and the key 60. A change needs the rest. */
const plainKey = /^(?!~)[\x21-\x3f\x41-\x7e]{1,60}$/;

/** The key in request IDs. It stays as it is if it has 1 to 60 characters of ASCII, without blanks and `@`. Else a digest of it. */
export function safeKey(key: string): string {
  return plainKey.test(key) ? key : `~${digestOf(key)}`;
}

/** `{name}/{safeKey}`: the same for each drop of the file. */
export function campaignRequestId(name: string, key: string): string {
  return `${name}/${safeKey(key)}`;
}

/** The request ID of a change of the row's link: another content, or another version of the link, is another request. */
export function changeRequestId(requestId: string, content: unknown, version: number): string {
  const digest = hash('sha256', JSON.stringify(content), 'hex').slice(0, 8);
  return `${requestId}@${digest}.${version}`;
}

/** Whether the key is the digest of a row without a key column. */
export const isContentKey = (key = '') => /^#[\w-]{43}$/.test(key);

/** The key of a row without a key column: a digest of its cells and of its command. The order of the columns does not matter. */
export function contentKey(parts: readonly (readonly [name: string, value: string])[]): string {
  const inOrder = [...parts].sort(([one], [other]) => (one < other ? -1 : 1));
  return `#${digestOf(JSON.stringify(inOrder))}`;
}
