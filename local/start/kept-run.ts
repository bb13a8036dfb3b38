import { rm, writeFile } from 'node:fs/promises';
import { configuredPipelines } from '../../cli/pipeline/configured-pipeline.ts';
import { localRunFile } from '../../cli/pipeline/local-run.ts';
import { producerKey } from '../../cli/pipeline/local-senders.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { isBound } from '../../lib/config/principals.ts';

/** How to use a run that stays up. */
export interface KeptRun {
  stackName: string;
  /** All pipelines of the run. The first is the default of the verbs. */
  stackNames: readonly string[];
  /** The configuration of the run, for the verbs with `--local`. */
  configuration: Configuration;
  /** Variables for AWS's CLI and SDKs. */
  variables: Record<string, string>;
  /** The access keys of callers that have one managed policy each. The secret key of each is the access key itself. */
  accessKeys: readonly string[];
  outputs: Record<string, string>;
  oneLinkApi: { origin: string; baseUrl: string; token: string };
  /** A call of each HTTP API with a key of this run, for a terminal. */
  httpCalls: readonly string[];
}

/** Writes `.local/endpoints.json`. `onelink send --local` finds the run by it. */
export async function writeKeptRun(kept: KeptRun): Promise<void> {
  await writeFile(localRunFile, `${JSON.stringify(kept, null, 2)}\n`);
}

export async function forgetKeptRun(): Promise<void> {
  await rm(localRunFile, { force: true });
}

/**
 * Lines to paste into another terminal.
 *
 * @param commands a file that the run accepts
 */
export function keptRunWords(
  { stackName, stackNames, configuration, variables, accessKeys, outputs, oneLinkApi, httpCalls }: KeptRun,
  commands: string,
): string[] {
  const queue = Object.entries(outputs).find(([key]) => /^[A-Z][a-z0-9]*QueueUrl$/.test(key))?.[1];
  const bound = configuredPipelines(configuration)
    .filter((one) => stackNames.includes(one.stackName))
    .flatMap(({ settings }) => settings.producers.filter(isBound));
  return [
    '',
    'Everything stays up. For AWS’s CLI and SDKs, in another terminal:',
    ...Object.entries(variables).map(([name, value]) => `  export ${name}=${value}`),
    ...(bound.length > 0 ? ['To send commands with them, be a producer, or the commands are held:'] : []),
    ...bound.map(({ source }) => `  export AWS_ACCESS_KEY_ID=${producerKey(source)}`),
    ...(accessKeys.length > 0 ? ['To act with one managed policy alone, be one of these:'] : []),
    ...accessKeys.map((key) => `  export AWS_ACCESS_KEY_ID=${key} AWS_SECRET_ACCESS_KEY=${key}`),
    '',
    // AWS CLI 1 ignores the variable for SQS, so it needs the option.
    `  aws sqs get-queue-attributes --queue-url ${queue} --attribute-names All --endpoint-url $AWS_ENDPOINT_URL_SQS`,
    `  aws dynamodb scan --table-name ${outputs.LedgerTableName} --max-items 3`,
    `  aws s3 ls s3://${outputs.QrBucketName}/qr/ --recursive`,
    `  aws s3 ls s3://${outputs.ArchiveBucketName}/rejected/ --recursive`,
    `  aws lambda list-event-source-mappings`,
    `  curl ${oneLinkApi.origin}/__emulator/stats`,
    `  npx onelink send ${commands} --local --wait`,
    ...stackNames.filter((one) => one !== stackName).map((one) => `  npx onelink status --local --stack ${one}`),
    ...httpCalls.map((call) => `  ${call}`),
    '',
    `The OneLink API is at ${oneLinkApi.baseUrl} (token ${oneLinkApi.token}). Ctrl-C ends the run.`,
  ];
}
