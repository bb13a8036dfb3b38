import type { buildApp } from 'fauxqs';
import { type Call, snsCalls, sqsCalls } from '../access/call.ts';
import { type Denial, denials } from '../access/denials.ts';
import { accessPath, type EngineAccess } from '../access/engine-access.ts';
import { headersIn, isPresigned } from '../access/presigned.ts';
import { s3Calls } from '../access/s3-calls.ts';

type App = ReturnType<typeof buildApp>;
type Input = Record<string, unknown>;

interface RequestIdentity {
  readonly calls: (region: string) => readonly Call[];
  readonly denial: (caller: string) => Denial;
}

/** Refuses requests to SQS, SNS and S3 that the policies do not permit. */
export function enforceAccess(app: App, access: EngineAccess): void {
  app.put(accessPath, async ({ body }) => {
    access.take(String(body));
    return {};
  });
  // A bucket's settings are answered before a body is read. So this comes first.
  app.addHook('onRequest', async (request, reply) => {
    const { method, url, headers } = request;
    if (url.startsWith('/_') || url === '/health') return;
    if (isPresigned(url)) {
      const refusal = access.presignedRefusal({ method, url, headers });
      if (refusal !== undefined) {
        return refuse(reply, { ...refusal, headers: { 'content-type': refusal.contentType } });
      }
      Object.assign(headers, headersIn(url));
    }
    // Their callers and calls follow from the body.
    if (method === 'POST') return;
    const permitted = access.permits(access.callerOf(headers, url), () => s3Calls(method, url, headers));
    if (!(await permitted)) return refuse(reply, denials.s3());
  });
  app.addHook('preHandler', async (request, reply) => {
    const { method, url, headers } = request;
    if (method !== 'POST' || url.startsWith('/_')) return;
    const caller = access.callerOf(headers, url);
    const { calls, denial } = askedOf(url, headers, request.body);
    if (!(await access.permits(caller, calls))) return refuse(reply, denial(caller.arn));
  });
}

function askedOf(url: string, headers: Record<string, string | string[] | undefined>, body: unknown): RequestIdentity {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const action = target.replace('AmazonSQS.', '');
    return {
      calls: (region) => sqsCalls(action, body as Input, region),
      denial: (caller) => denials.sqs(caller, `sqs:${action}`),
    };
  }
  if (String(headers['content-type']).includes('x-www-form-urlencoded')) {
    const form = body as Input;
    // Everybody may ask STS who they are.
    const isSts = form.Action === 'GetCallerIdentity';
    return {
      calls: (region) => (isSts ? [] : snsCalls(form, region)),
      denial: (caller) => denials.sns(caller, `sns:${form.Action}`),
    };
  }
  return { calls: () => s3Calls('POST', url, headers, String(body)), denial: denials.s3 };
}

interface Reply {
  status(code: number): Reply;
  headers(values: Denial['headers']): Reply;
  send(body: string): unknown;
}

function refuse(reply: Reply, { status, headers, body }: Denial) {
  return reply.status(status).headers(headers).send(body);
}
