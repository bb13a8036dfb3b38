import type { IncomingHttpHeaders } from 'node:http';

export type Service = 'dynamodb' | 'sqs' | 'sns' | 's3' | 'secretsManager' | 'lambda' | 'onelink';

/** A function's request to a service, as the proxy receives it. */
export interface WireRequest {
  service: Service;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A short name of a request: `dynamodb PutItem request`, `onelink create`, `sns PublishBatch`. */
export function nameOf(request: WireRequest): string {
  return `${request.service} ${operationOf(request)}`;
}

function operationOf({ service, method, path, headers, body }: WireRequest): string {
  switch (service) {
    case 'dynamodb':
      return `${targetOf(headers)} ${recordKindOf(body.toString())}`.trim();
    case 'sqs':
    case 'secretsManager':
      return targetOf(headers);
    case 'sns':
      return new URLSearchParams(body.toString()).get('Action') ?? method;
    case 's3':
      return s3Operation(method, path);
    case 'lambda':
      if (path.includes('/invocations')) return 'Invoke';
      return method === 'GET' ? 'GetEventSourceMapping' : 'UpdateEventSourceMapping';
    case 'onelink':
      return oneLinkOperation(method, path);
  }
}

/** The last part of `DynamoDB_20120810.PutItem`. */
function targetOf(headers: IncomingHttpHeaders): string {
  return String(headers['x-amz-target']).split('.').at(-1) ?? '';
}

function recordKindOf(body: string): string {
  return /"S":"(link|request)#/.exec(body)?.[1] ?? (body.includes('"S":"control"') ? 'control' : '');
}

function s3Operation(method: string, path: string): string {
  if (path.includes('list-type=2')) return 'ListObjectsV2';
  return path.includes('delete') ? 'DeleteObjects' : `${method} object`;
}

const writes: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', DELETE: 'delete' };

function oneLinkOperation(method: string, path: string): string {
  if (path.includes('/shortlinks-quota/')) return 'quota';
  return writes[method] ?? (/\/qr(\?|$)/.test(path) ? 'qr' : 'read');
}
