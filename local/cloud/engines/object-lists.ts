import type { buildApp } from 'fauxqs';
import { element, textElement } from '../services/xml.ts';
import { s3Error, s3Xml, type XmlAnswer } from './s3-answers.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type ObjectStore = Stores['s3Store'];
type StoredObject = ReturnType<ObjectStore['getObject']>;

/** What comes next in a list: an object, or the keys that have a prefix up to the delimiter in common. */
type Entry = { readonly object: StoredObject } | { readonly prefix: string };

/** Where a page ended, or where a list begins. */
interface After {
  readonly text: string;
  /** The page ended with this prefix, so none of its keys comes again. */
  readonly isPrefix: boolean;
}

const mostKeys = 1_000;

/**
 * Serves lists of objects. The pages of fauxqs lose keys: it sorts by language, and compares by code.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function serveObjectLists(app: App, store: ObjectStore): void {
  app.addHook('onRequest', async (request, reply) => {
    const [path = '', query = ''] = request.url.split('?');
    const [, bucket] = /^\/([^/]+)\/?$/.exec(path) ?? [];
    if (request.method !== 'GET' || bucket === undefined || bucket.startsWith('_') || bucket === 'health') return;
    const asked = new URLSearchParams(query);
    if (asked.has('lifecycle') || reply.sent) return;
    const { status, body } = store.hasBucket(bucket)
      ? listOf(bucket, asked, store.listObjects(bucket, { maxKeys: Number.POSITIVE_INFINITY }).objects)
      : s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
    return reply.status(status).header('content-type', 'application/xml').send(body);
  });
}

function listOf(bucket: string, asked: URLSearchParams, objects: readonly StoredObject[]): XmlAnswer {
  const isSecond = asked.get('list-type') === '2';
  const [prefix, delimiter] = [asked.get('prefix') ?? '', asked.get('delimiter') ?? ''];
  const limit = Number(asked.get('max-keys') ?? mostKeys);
  if (!Number.isInteger(limit) || limit < 0) return s3Error(400, 'InvalidArgument', 'max-keys is not a number');
  const token = asked.get('continuation-token');
  const begin = (isSecond ? asked.get('start-after') : asked.get('marker')) ?? '';
  // A marker of the first version may be a prefix that it returned as the next marker.
  const isPrefix = !isSecond && delimiter !== '' && begin.endsWith(delimiter);
  const after = token === null ? { text: begin, isPrefix } : decoded(token);
  if (after === undefined) return s3Error(400, 'InvalidArgument', 'The continuation token provided is incorrect');

  const { entries, isTruncated } = page(objects, prefix, delimiter, after, Math.min(limit, mostKeys));
  const last = entries.at(-1);
  const isEncoded = asked.get('encoding-type') === 'url';
  const shown = (name: string, text: string) => textElement(name, isEncoded ? encoded(text) : text);
  const version = isSecond
    ? element('KeyCount', String(entries.length)) +
      textElement('ContinuationToken', token ?? undefined) +
      (begin === '' ? '' : shown('StartAfter', begin)) +
      (isTruncated && last ? element('NextContinuationToken', tokenOf(last)) : '')
    : shown('Marker', begin) + (isTruncated && last && delimiter !== '' ? shown('NextMarker', nameOf(last)) : '');
  const content = [
    textElement('Name', bucket),
    shown('Prefix', prefix),
    delimiter === '' ? '' : shown('Delimiter', delimiter),
    isEncoded ? element('EncodingType', 'url') : '',
    element('MaxKeys', String(Math.min(limit, mostKeys))),
    element('IsTruncated', String(isTruncated)),
    version,
    ...entries.flatMap((entry) => ('object' in entry ? [contents(entry.object, shown)] : [])),
    ...entries.flatMap((entry) =>
      'prefix' in entry ? [element('CommonPrefixes', shown('Prefix', entry.prefix))] : [],
    ),
  ];
  return s3Xml('ListBucketResult', content.join(''));
}

function page(
  objects: readonly StoredObject[],
  prefix: string,
  delimiter: string,
  after: After,
  limit: number,
): { entries: Entry[]; isTruncated: boolean } {
  const entries: Entry[] = [];
  const listed = objects.filter(({ key }) => key.startsWith(prefix) && isLater(key, after));
  let common: string | undefined;
  for (const object of listed.sort((one, other) => byBytes(one.key, other.key))) {
    if (common !== undefined && object.key.startsWith(common)) continue;
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (entries.length === limit) return { entries, isTruncated: limit > 0 };
    common = end < 0 ? undefined : object.key.slice(0, end + delimiter.length);
    entries.push(common === undefined ? { object } : { prefix: common });
  }
  return { entries, isTruncated: false };
}

function isLater(key: string, { text, isPrefix }: After): boolean {
  return text === '' || (byBytes(key, text) > 0 && !(isPrefix && key.startsWith(text)));
}

/** The order of the UTF-8 bytes, which is that of the code points. Surrogates stand for the highest of them. */
export function byBytes(one: string, other: string): number {
  for (let index = 0; index < one.length && index < other.length; index++) {
    const [mine, yours] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (mine !== yours) return rank(mine) - rank(yours);
  }
  return one.length - other.length;
}

const rank = (code: number) => (code >= 0xd800 && code <= 0xdfff ? code + 0x1_0000 : code);

const nameOf = (entry: Entry) => ('object' in entry ? entry.object.key : entry.prefix);

function tokenOf(entry: Entry): string {
  return Buffer.from(('prefix' in entry ? 'p' : 'k') + nameOf(entry)).toString('base64');
}

function decoded(token: string): After | undefined {
  const text = Buffer.from(token, 'base64').toString();
  return /^[pk]./s.test(text) ? { text: text.slice(1), isPrefix: text.startsWith('p') } : undefined;
}

function contents(
  { key, lastModified, etag, contentLength }: StoredObject,
  shown: (name: string, text: string) => string,
): string {
  const details = [
    shown('Key', key),
    element('LastModified', listedTime(lastModified)),
    textElement('ETag', etag),
    element('Size', String(contentLength)),
    element('StorageClass', 'STANDARD'),
  ];
  return element('Contents', details.join(''));
}

/** S3 lists whole seconds, in the form of milliseconds: the same instant as in the header `Last-Modified`. */
export const listedTime = (at: Date) => new Date(Math.floor(at.getTime() / 1_000) * 1_000).toISOString();

/** The encoding of `encoding-type=url`. Slashes stay. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}
