import { randomUUID } from 'node:crypto';
import { element, textElement } from '../services/xml.ts';

/** An answer in the form of its service. */
export interface Denial {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The answers of services to a caller without permission. AWS's messages of S3 name the object: these name no resource.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export const denials = {
  sqs: (caller: string, action: string) =>
    json(400, 'com.amazonaws.sqs#AccessDenied', words(caller, action), { 'x-amzn-query-error': 'AccessDenied;Sender' }),
  dynamodb: (caller: string, action: string) =>
    json(400, 'com.amazon.coral.service#AccessDeniedException', words(caller, action)),
  sns: (caller: string, action: string) => query('AuthorizationError', words(caller, action)),
  query: (caller: string, action: string) => query('AccessDenied', words(caller, action)),
  json: (caller: string, action: string) => json(400, 'AccessDeniedException', words(caller, action)),
  lambda: (caller: string, action: string): Denial => ({
    status: 403,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' },
    body: JSON.stringify({ Message: words(caller, action) }),
  }),
  s3: (): Denial => {
    const details = textElement('Code', 'AccessDenied') + textElement('Message', 'Access Denied');
    const body = element('Error', details + element('RequestId', randomUUID()));
    return { status: 403, headers: { 'content-type': 'application/xml' }, body };
  },
} as const;

function words(caller: string, action: string): string {
  return `User: ${caller} is not authorized to perform: ${action}`;
}

function json(status: number, __type: string, message: string, headers: Record<string, string> = {}): Denial {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
    body: JSON.stringify({ __type, message, Message: message }),
  };
}

function query(code: string, message: string): Denial {
  const details = element('Type', 'Sender') + textElement('Code', code) + textElement('Message', message);
  const body = element('ErrorResponse', element('Error', details) + element('RequestId', randomUUID()));
  return { status: 403, headers: { 'content-type': 'text/xml' }, body };
}
