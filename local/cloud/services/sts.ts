import { randomUUID } from 'node:crypto';
import type { Caller } from '../access/caller.ts';
import { type SignatureTerms, signerOf } from '../access/signature.ts';
import { ServiceError, type ServiceRequest, type ServiceResponse } from './wire.ts';
import { element, textElement } from './xml.ts';

/** The version of STS's API. On AWS, its host distinguishes it from other services with the query protocol. */
const version = '2011-06-15';
const xml = { 'content-type': 'text/xml' };

interface Identities extends Omit<SignatureTerms, 'service' | 'secretOf' | 'nowMilliseconds'> {
  /** The user or role of an access key. Undefined if nobody has this key. */
  identityOf(accessKeyId: string): Caller | undefined;
  secretOf(accessKeyId: string): string;
  now(): number;
}

export function isForSts({ headers, body }: ServiceRequest): boolean {
  const isForm = String(headers['content-type']).includes('x-www-form-urlencoded');
  return isForm && new URLSearchParams(body).get('Version') === version;
}

/**
 * STS's GetCallerIdentity. It checks the signature, and needs no permission: no policy can deny it.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function serveSts(request: ServiceRequest, identities: Identities): ServiceResponse {
  const action = new URLSearchParams(request.body).get('Action') ?? '';
  try {
    const signer = signerOf(request, {
      service: 'sts',
      region: identities.region,
      secretOf: (key) => (identities.identityOf(key) === undefined ? undefined : identities.secretOf(key)),
      nowMilliseconds: identities.now(),
    });
    const caller = identities.identityOf(signer);
    if (request.method !== 'POST' || request.path !== '/' || action !== 'GetCallerIdentity' || caller === undefined) {
      throw new ServiceError(400, 'InvalidAction', `${request.method} ${action} is not implemented here`);
    }
    const result =
      textElement('Arn', caller.arn) +
      textElement('UserId', caller.senderId) +
      textElement('Account', caller.arn.split(':')[4]);
    const metadata = element('ResponseMetadata', element('RequestId', randomUUID()));
    return answer(200, `${action}Response`, element(`${action}Result`, result) + metadata);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const details = element('Type', 'Sender') + element('Code', error.code) + textElement('Message', error.message);
    return answer(error.status, 'ErrorResponse', element('Error', details) + element('RequestId', randomUUID()));
  }
}

function answer(status: number, name: string, content: string): ServiceResponse {
  return {
    status,
    headers: xml,
    body: `<${name} xmlns="https://sts.amazonaws.com/doc/${version}/">${content}</${name}>\n`,
  };
}
