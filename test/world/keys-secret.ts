import { buffer } from 'node:stream/consumers';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { secretsManager } from '../../local/cloud/services/secrets-manager.ts';
import { type JsonService, send, serveJson } from '../../local/cloud/services/wire.ts';
import { serverOnLoopback } from './loopback.ts';

export const keysSecretArn = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:http-keys-a1b2c3';

/**
 * The secret of the keys on the local cloud's own Secrets Manager, with AWS's client over loopback.
 *
 * @param before called before each request. It may wait, or make requests of its own to `service`
 */
export async function givenKeysSecret(
  whenOver: (close: () => void) => void,
  { text = '{"keys":[]}', now = () => 0, before = async () => {} }: GivenKeysSecret = {},
) {
  const resource = { name: 'http-keys', arn: keysSecretArn, logicalId: 'HttpKeys', constructPath: 'State/HttpKeys' };
  const deployment = {
    resources: () => [resource],
    properties: () => ({ SecretString: text }),
  } as unknown as Deployment;
  const service = secretsManager(deployment, { now }, {});
  const { origin } = await serverOnLoopback(async (request, response) => {
    const body = (await buffer(request)).toString();
    const action = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
    await before(action, service);
    const asked = { method: 'POST', path: '/', query: new URLSearchParams(), headers: request.headers, body };
    send(response, await serveJson(asked, action, service));
  }, whenOver);
  const client = new SecretsManagerClient({
    endpoint: origin,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return { client, origin, service };
}

interface GivenKeysSecret {
  text?: string;
  /** Epoch milliseconds of the service. */
  now?: () => number;
  before?: (action: string, service: JsonService) => Promise<void>;
}
