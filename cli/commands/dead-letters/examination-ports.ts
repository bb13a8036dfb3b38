import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import { Secret } from '../../../lambdas/adapters/secret.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { configuredOf } from '../../pipeline/pipeline-choice.ts';
import type { Scene } from '../../terminal/pipeline-verb.ts';
import type { ExaminationPorts } from './examination.ts';

/**
 * What an examination of dead letters needs. If the caller may not read the link-ID secret, it warns and continues without it.
 *
 * @throws OperatorError if lib/config/config.ts does not have the pipeline
 */
export async function examinationPorts({
  chosen,
  output,
}: Pick<Scene, 'chosen' | 'output'>): Promise<ExaminationPorts> {
  const pipeline = configuredOf(chosen, 'the lanes’ producers and templates');
  const linkIdSecret = new Secret(new SecretsManagerClient(), output('LinkIdSecretArn'));
  const secret = await linkIdSecret.value().catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    console.error(`${words} Without it, the listing cannot look up the links of creates with a derived shortlinkId.`);
    return undefined;
  });
  const ledger = new Ledger(new DynamoDBClient(), output('LedgerTableName'), systemClock);
  return { ledger, pipeline, secret, nowMilliseconds: Date.now };
}
