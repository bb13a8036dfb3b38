import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import { Secret } from '../../../lambdas/adapters/secret.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { configuredOf } from '../../pipeline/pipeline-choice.ts';
import type { Scene } from '../../terminal/pipeline-verb.ts';
import type { ExaminationPorts } from './examination.ts';

/**
 * What a look into dead letters needs. Without the right to read the link-ID secret it goes on, and says so.
 *
 * @throws OperatorError when lib/config/config.ts does not have the pipeline
 */
export async function examinationPorts({
  chosen,
  output,
}: Pick<Scene, 'chosen' | 'output'>): Promise<ExaminationPorts> {
  const pipeline = configuredOf(chosen, 'the lanes’ producers and templates');
  const linkIdSecret = new Secret(new SecretsManagerClient(), output('LinkIdSecretArn'));
  const secret = await linkIdSecret.value().catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    console.error(`${words} Creates without a shortlinkId of their own are listed without a look at their link.`);
    return undefined;
  });
  const ledger = new Ledger(new DynamoDBClient(), output('LedgerTableName'), systemClock);
  return { ledger, pipeline, secret, nowMilliseconds: Date.now };
}
