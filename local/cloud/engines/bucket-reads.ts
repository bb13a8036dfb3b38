import type { buildApp } from 'fauxqs';
import { element, textElement } from '../services/xml.ts';
import type { QueueNotification } from '../storage/bucket-notifications.ts';
import type { ObjectEvents } from './object-events.ts';
import type { BucketLock } from './object-lock.ts';
import type { ObjectVersions } from './object-versions.ts';
import { s3Error as error, type XmlAnswer, s3Xml as xml } from './s3-answers.ts';

type App = ReturnType<typeof buildApp>;

/** Settings of a bucket in its template. All can be read. Only the notifications have an effect here. */
export interface BucketSettings {
  readonly name: string;
  /** The policy's JSON. */
  readonly policy: string | undefined;
  readonly encryption: { readonly algorithm: string; readonly keyId: string | undefined; readonly bucketKey: boolean };
  /** The four settings, under S3's names. */
  readonly publicAccessBlock: Readonly<Record<string, boolean>> | undefined;
  readonly notifications: readonly QueueNotification[];
  readonly isVersioned: boolean;
  /** Undefined: the bucket locks no objects. */
  readonly lock: BucketLock | undefined;
}

/** Subresources that fauxqs does not know. It would apply their DELETE to the bucket itself. */
const settingNames = new Set(
  (
    'accelerate acl analytics cors encryption intelligent-tiering inventory location logging metrics notification ' +
    'object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment tagging uploads ' +
    'versioning website'
  ).split(' '),
);

/**
 * Serves reads of a bucket's policy, encryption, public access block, notifications, location and versioning. It
 * refuses any other setting: fauxqs would answer with a list of objects.
 */
export function serveBucketReads(
  app: App,
  region: string,
  events: ObjectEvents,
  versions: ObjectVersions,
  exists: (bucket: string) => boolean,
): void {
  const buckets = new Map<string, BucketSettings>();
  app.put('/_local/bucket-settings', async ({ body }) => {
    const settings = JSON.parse(String(body)) as BucketSettings;
    buckets.set(settings.name, settings);
    if (settings.isVersioned) versions.configure(settings.name, settings.lock);
    events.configure(settings.name, settings.notifications);
    return {};
  });
  app.addHook('onRequest', async (request, reply) => {
    const [path = '', query = ''] = request.url.split('?');
    const [, bucket] = /^\/([^/]+)\/?$/.exec(path) ?? [];
    const setting = [...new URLSearchParams(query).keys()].find((name) => settingNames.has(name));
    if (bucket === undefined || setting === undefined) return;
    const { status, contentType, body } = exists(bucket)
      ? settingOf(buckets.get(bucket), request.method, setting, region)
      : error(404, 'NoSuchBucket', 'The specified bucket does not exist');
    return reply.status(status).header('content-type', contentType).send(body);
  });
}

function settingOf(settings: BucketSettings | undefined, method: string, setting: string, region: string): XmlAnswer {
  if (method !== 'GET') return notImplemented(method, setting);
  if (setting === 'policy') {
    if (settings?.policy !== undefined) return { status: 200, contentType: 'application/json', body: settings.policy };
    return error(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist');
  }
  if (setting === 'encryption') return xml('ServerSideEncryptionConfiguration', encryptionRule(settings?.encryption));
  if (setting === 'publicAccessBlock') {
    if (settings?.publicAccessBlock === undefined) {
      return error(404, 'NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found');
    }
    const each = Object.entries(settings.publicAccessBlock).map(([name, on]) => element(name, String(on)));
    return xml('PublicAccessBlockConfiguration', each.join(''));
  }
  if (setting === 'notification') {
    return xml('NotificationConfiguration', (settings?.notifications ?? []).map(queueConfiguration).join(''));
  }
  // For us-east-1, S3 returns an empty location.
  if (setting === 'location') return xml('LocationConstraint', region === 'us-east-1' ? '' : region);
  if (setting === 'versioning') {
    return xml('VersioningConfiguration', settings?.isVersioned ? element('Status', 'Enabled') : '');
  }
  if (setting === 'object-lock') return lockConfiguration(settings?.lock);
  return notImplemented(method, setting);
}

function lockConfiguration(lock: BucketLock | undefined): XmlAnswer {
  if (lock === undefined) {
    const why = 'Object Lock configuration does not exist for this bucket';
    return error(404, 'ObjectLockConfigurationNotFoundError', why);
  }
  const { byDefault } = lock;
  const retention = byDefault && element('Mode', byDefault.mode) + element('Days', String(byDefault.days));
  const rule = retention === undefined ? '' : element('Rule', element('DefaultRetention', retention));
  return xml('ObjectLockConfiguration', element('ObjectLockEnabled', 'Enabled') + rule);
}

/** S3 encrypts every bucket, by default with its own keys. */
function encryptionRule(encryption: BucketSettings['encryption'] | undefined): string {
  const { algorithm, keyId, bucketKey } = encryption ?? { algorithm: 'AES256', keyId: undefined, bucketKey: false };
  const byDefault = textElement('SSEAlgorithm', algorithm) + textElement('KMSMasterKeyID', keyId);
  return element(
    'Rule',
    element('ApplyServerSideEncryptionByDefault', byDefault) + element('BucketKeyEnabled', String(bucketKey)),
  );
}

function queueConfiguration({ id, queueArn, event, prefix, suffix }: QueueNotification): string {
  const rules = Object.entries({ Prefix: prefix, Suffix: suffix })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => element('FilterRule', element('Name', name) + textElement('Value', value)));
  const filter = rules.length === 0 ? '' : element('Filter', element('S3Key', rules.join('')));
  const [named, queue, of] = [textElement('Id', id), textElement('Queue', queueArn), textElement('Event', event)];
  return element('QueueConfiguration', named + queue + of + filter);
}

function notImplemented(method: string, setting: string): XmlAnswer {
  return error(501, 'NotImplemented', `${method} of a bucket's ${setting} is not implemented here`);
}
