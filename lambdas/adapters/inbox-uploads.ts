import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type CampaignKey, inboxPrefix, settingsEnding } from '../domain/campaign/places.ts';
import type { CampaignSettings } from '../domain/campaign/settings.ts';
import { signerFor } from './signatures.ts';

/** One file, and nothing else: its SHA-256 in base64, and its length in bytes. */
export interface ExpectedFile {
  sha256: string;
  bytes: number;
}

/** An address for one upload. The upload must have these headers. */
export interface UploadAddress {
  url: string;
  headers: Record<string, string>;
}

/** The request that the client has built. */
type BuiltRequest = Parameters<ReturnType<typeof signerFor>['presign']>[0];

/** A file of a million deletes is uploaded within minutes. */
const goodForSeconds = 900;

/** Uploads to the campaign bucket's inbox that an act allows. */
export class InboxUploads {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** Writes the settings of a campaign. They start nothing. */
  async putSettings({ source, name }: CampaignKey, settings: CampaignSettings): Promise<void> {
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: `${inboxPrefix}${source}/${name}${settingsEnding}`,
        Body: `${JSON.stringify(settings, undefined, 2)}\n`,
        ContentType: 'application/json',
      }),
    );
  }

  /** An address to which exactly this file of commands can be uploaded, for fifteen minutes. It starts the campaign. */
  async addressFor({ source, name }: CampaignKey, { sha256, bytes }: ExpectedFile): Promise<UploadAddress> {
    const headers = {
      'content-length': String(bytes),
      'content-type': 'application/x-ndjson',
      'x-amz-checksum-sha256': sha256,
    };
    const request = await this.#request(`${inboxPrefix}${source}/${name}.ndjson`);
    const { credentials, region } = this.#s3.config;
    const signed = await signerFor({ service: 's3', credentials, region }).presign(
      {
        ...request,
        headers: { host: request.headers.host ?? '', ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        query: {},
        body: undefined,
      },
      {
        expiresIn: goodForSeconds,
        signableHeaders: new Set(['host', ...Object.keys(headers)]),
        unhoistableHeaders: new Set(Object.keys(headers)),
      },
    );
    const port = signed.port === undefined ? '' : `:${signed.port}`;
    const query = new URLSearchParams(signed.query as Record<string, string>);
    return { url: `${signed.protocol}//${signed.hostname}${port}${signed.path}?${query}`, headers };
  }

  /** The request as the client builds it, which knows the bucket's endpoint. It is not sent. */
  async #request(Key: string): Promise<BuiltRequest> {
    let built: BuiltRequest | undefined;
    const put = new PutObjectCommand({ Bucket: this.#bucket, Key });
    put.middlewareStack.add(
      () =>
        async ({ request }) => {
          built = request as BuiltRequest;
          return { response: undefined, output: { $metadata: {} } };
        },
      { step: 'build', priority: 'low', name: 'onlyBuilt' },
    );
    await this.#s3.send(put);
    if (built === undefined) throw new Error('the client has built no request');
    return built;
  }
}
