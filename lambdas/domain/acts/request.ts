import { hash } from 'node:crypto';
import * as z from 'zod';
import { isObject } from '../contract/json-object.ts';
import { reason } from './act.ts';

/**
 * What the caller signs for STS: a request whose answer names the signer. STS believes nothing but the signature. The header
 * `x-onelink-act` is signed too, so a signature serves one part of one act, at one alias of one function.
 */
export const proofRequest = {
  method: 'POST',
  path: '/',
  contentType: 'application/x-www-form-urlencoded',
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
  actHeader: 'x-onelink-act',
} as const;

/** Exactly these signed headers: a signature that leaves one out does not bind it. */
const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=[\w-]{1,128}\/\d{8}\/[a-z0-9-]{1,40}\/sts\/aws4_request, ?SignedHeaders=content-type;host;x-amz-date;(x-amz-security-token;)?x-onelink-act, ?Signature=[0-9a-f]{64}$/;

const proof = z
  .strictObject({
    kind: z.literal('sts'),
    authorization: z.string().max(1_000).regex(authorizationForm),
    /** `20261128T010203Z` */
    date: z.string().regex(/^\d{8}T\d{6}Z$/),
    /** Printable ASCII: it becomes a header. */
    sessionToken: z
      .string()
      .max(8_192)
      .regex(/^[!-~]+$/)
      .optional(),
  })
  .refine(
    ({ authorization, sessionToken }) =>
      (authorizationForm.exec(authorization)?.[1] !== undefined) === (sessionToken !== undefined),
  );
export type Proof = z.output<typeof proof>;

/** What the operations function is invoked with. Its registry reads the act. */
export const invocationSchema = z.strictObject({
  v: z.literal(1),
  /** The same in all parts of one act. */
  actId: z.uuid().lowercase(),
  /** 1 is the first. A caller that repeats a part counts on. */
  part: z.int().min(1).max(999_999),
  act: z.record(z.string(), z.unknown()),
  reason: reason.optional(),
  proof,
});
export type Invocation = z.output<typeof invocationSchema>;

/** JSON text with sorted keys, so that caller and function write the same act in the same way. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** The signed header: which function and alias, which part of which act, and what the act is. */
export function actHeader(
  { functionArn, alias }: { functionArn: string; alias: string },
  { actId, part, act, reason }: Pick<Invocation, 'actId' | 'part' | 'act' | 'reason'>,
): string {
  const digest = hash('sha256', canonicalJson({ act, reason }), 'hex');
  return `${functionArn}/${alias}/${actId}/${part}/${digest}`;
}

/** The end of the host names of a partition (AWS General Reference, "Regional endpoints"). */
const suffixes: Record<string, string> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
};

/**
 * STS in the region of a function: `https://sts.eu-west-1.amazonaws.com`.
 *
 * @param variables caller and function take `AWS_ENDPOINT_URL_STS` from them if it is set, as AWS's clients do
 * @throws Error if the ARN is not a function's in a known partition
 */
export function stsUrl(functionArn: string, { AWS_ENDPOINT_URL_STS: own }: Record<string, string | undefined>): string {
  if (own !== undefined) return own;
  const [, partition = '', service] = functionArn.split(':');
  const suffix = suffixes[partition];
  if (suffix === undefined || service !== 'lambda') throw new Error('the ARN is no function’s in a known partition');
  return `https://sts.${regionOf(functionArn)}.${suffix}`;
}

/** The region of a function. */
export const regionOf = (functionArn: string) => functionArn.split(':')[3] ?? '';

/** The AWS account of a function. */
export const accountOf = (functionArn: string) => functionArn.split(':')[4] ?? '';

/** The function, and the alias by which it was invoked, from its ARN of this invocation. */
export function invokedAs(invokedFunctionArn: string): { functionArn: string; alias: string | undefined } {
  const parts = invokedFunctionArn.split(':');
  return { functionArn: parts.slice(0, 7).join(':'), alias: parts[7] };
}

/** Epoch milliseconds of a signature's date. Not a number if there is no such day or time. */
export const proofMilliseconds = (date: string) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
