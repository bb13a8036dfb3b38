import { objectsIn } from '../engines/deleted-objects.ts';
import type { Call } from './call.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const objectActions: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'GetObject',
  PUT: 'PutObject',
  POST: 'PutObject',
  DELETE: 'DeleteObject',
};
const bucketActions: Readonly<Record<string, string>> = {
  GET: 'ListBucket',
  HEAD: 'ListBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
};
/** The names of actions that do not follow from the subresource. */
const settings: Readonly<Record<string, string>> = {
  policy: 'BucketPolicy',
  policyStatus: 'BucketPolicyStatus',
  encryption: 'EncryptionConfiguration',
  publicAccessBlock: 'BucketPublicAccessBlock',
  location: 'BucketLocation',
  notification: 'BucketNotification',
  versioning: 'BucketVersioning',
  'object-lock': 'BucketObjectLockConfiguration',
};

/**
 * The calls of a request to S3.
 * @param body of a DeleteObjects: its XML
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function s3Calls(method: string, url: string, headers: Headers, body = ''): Call[] {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, bucket = '', ...rest] = pathname.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (bucket === '') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  const arn = `arn:aws:s3:::${bucket}`;
  if (key !== '') return objectCalls(method, `${arn}/${key}`, searchParams, headers);
  if (method === 'POST' && searchParams.has('delete')) {
    return objectsIn(body).flatMap((one) => deletion(`${arn}/${one.key}`, one.id, headers));
  }
  const setting = Object.keys(settings).find((name) => searchParams.has(name));
  if (setting !== undefined)
    return [{ action: `s3:${method === 'GET' ? 'Get' : 'Put'}${settings[setting]}`, resource: arn }];
  const prefix = searchParams.get('prefix');
  const action = searchParams.has('versions') ? 's3:ListBucketVersions' : `s3:${bucketActions[method]}`;
  return [{ action, resource: arn, ...(prefix !== null && { context: { 's3:prefix': prefix } }) }];
}

function objectCalls(method: string, resource: string, asked: URLSearchParams, headers: Headers): Call[] {
  const versionId = asked.get('versionId') ?? undefined;
  if (asked.has('retention')) {
    const action = method === 'GET' ? 's3:GetObjectRetention' : 's3:PutObjectRetention';
    return [{ action, resource }, ...bypass(resource, headers)];
  }
  if (method === 'DELETE') {
    if (asked.has('uploadId')) return [{ action: 's3:AbortMultipartUpload', resource }];
    return deletion(resource, versionId, headers);
  }
  if (method === 'GET' || method === 'HEAD') {
    if (versionId === undefined) return [{ action: 's3:GetObject', resource }];
    return [{ action: 's3:GetObjectVersion', resource, context: { 's3:VersionId': versionId } }];
  }
  const locks = headers['x-amz-object-lock-mode'] === undefined ? [] : [{ action: 's3:PutObjectRetention', resource }];
  const write = { action: `s3:${objectActions[method]}`, resource, context: conditions(method, asked, headers) };
  return [write, ...locks, ...copied(headers)];
}

/** The keys of conditions on a write. Only what makes an object can have a condition. */
function conditions(method: string, asked: URLSearchParams, headers: Headers): Record<string, string> {
  const makes = method === 'PUT' ? !asked.has('partNumber') : asked.has('uploadId');
  const found: Record<string, string> = { 's3:ObjectCreationOperation': String(makes) };
  for (const name of ['if-none-match', 'if-match']) {
    const value = headers[name];
    if (makes && typeof value === 'string') found[`s3:${name}`] = value;
  }
  return found;
}

function copied(headers: Headers): Call[] {
  const header = headers['x-amz-copy-source'];
  if (typeof header !== 'string') return [];
  const [source = '', version] = header.replace(/^\//, '').split('?');
  const action = version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return [{ action, resource: `arn:aws:s3:::${decodeURIComponent(source)}` }];
}

function deletion(resource: string, versionId: string | undefined, headers: Headers): Call[] {
  if (versionId === undefined) return [{ action: 's3:DeleteObject', resource }];
  const context = { 's3:VersionId': versionId };
  return [{ action: 's3:DeleteObjectVersion', resource, context }, ...bypass(resource, headers)];
}

function bypass(resource: string, headers: Headers): Call[] {
  const wants = String(headers['x-amz-bypass-governance-retention']).toLowerCase() === 'true';
  return wants ? [{ action: 's3:BypassGovernanceRetention', resource }] : [];
}
