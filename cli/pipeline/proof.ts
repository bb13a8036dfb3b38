import type { LambdaClient } from '@aws-sdk/client-lambda';
import { signerFor } from '../../lambdas/adapters/signatures.ts';
import { type Proof, proofRequest, regionOf, stsUrl } from '../../lambdas/domain/acts/request.ts';

/** Who signs, and for which function. */
export interface Signer {
  functionArn: string;
  credentials: LambdaClient['config']['credentials'];
  /** Name STS if they do, as for AWS's clients. Those of this process without others. */
  variables?: Record<string, string | undefined> | undefined;
}

/**
 * Signs a request to STS that nobody sends but the operations function. STS's answer to it names the owner of the credentials.
 *
 * @param actHeader what the signature is for
 */
export async function proofOf(
  { functionArn, credentials, variables = process.env }: Signer,
  actHeader: string,
  nowMilliseconds: number,
): Promise<Proof> {
  const { protocol, host, hostname } = new URL(stsUrl(functionArn, variables));
  const signer = signerFor({ service: 'sts', credentials, region: regionOf(functionArn) });
  const { headers } = await signer.sign(
    {
      method: proofRequest.method,
      protocol,
      hostname,
      path: proofRequest.path,
      query: {},
      headers: { host, 'content-type': proofRequest.contentType, [proofRequest.actHeader]: actHeader },
      body: proofRequest.body,
    },
    { signingDate: new Date(nowMilliseconds) },
  );
  const { authorization = '', 'x-amz-date': date = '', 'x-amz-security-token': sessionToken } = headers;
  return { kind: 'sts', authorization, date, ...(sessionToken !== undefined && { sessionToken }) };
}
