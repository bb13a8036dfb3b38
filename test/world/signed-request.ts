import { createHash, createHmac } from 'node:crypto';

interface Signing {
  readonly url: string;
  readonly body: string;
  /** Signed beside `host` and `x-amz-date`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly at: Date;
  readonly region?: string;
  readonly service?: string;
}

/** The headers of a POST that AWS's Signature Version 4 signs, without `host`, which follows from the URL. */
export function signedHeaders({ url, body, headers = {}, accessKeyId, secretAccessKey, at, ...scope }: Signing) {
  const { region = 'us-east-1', service = 'sts' } = scope;
  const date = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const all: Record<string, string> = { ...headers, host: new URL(url).host, 'x-amz-date': date };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name]}\n`).join('');
  const canonical = ['POST', '/', '', lines, names.join(';'), sha256(body)].join('\n');
  const parts = [date.slice(0, 8), region, service, 'aws4_request'];
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of parts) key = hmac(key, part);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, parts.join('/'), sha256(canonical)].join('\n'));
  const credential = `Credential=${accessKeyId}/${parts.join('/')}`;
  const words = [credential, `SignedHeaders=${names.join(';')}`, `Signature=${signature.toString('hex')}`];
  return { ...headers, 'x-amz-date': date, authorization: `AWS4-HMAC-SHA256 ${words.join(', ')}` };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
