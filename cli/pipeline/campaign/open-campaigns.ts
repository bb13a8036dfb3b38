import type { CampaignFiles } from '../../../lambdas/adapters/campaign-files.ts';
import type { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import type { Command } from '../../../lambdas/domain/contract/command.ts';
import { commandDigest } from '../../../lambdas/domain/link/digest.ts';
import type { ResultReads, SendRow } from '../campaign-results.ts';
import { type CampaignReads, campaignNamed, campaignsInBucket } from '../campaigns.ts';
import type { ConfiguredPipeline } from '../configured-pipeline.ts';
import type { DeployedPipeline } from '../deployed-pipeline.ts';
import { laneReader } from '../lane-reader.ts';
import type { ChosenPipeline } from '../pipeline-choice.ts';
import { isDenied } from '../service-error.ts';

/** A pipeline's campaigns, as the verbs use them. */
export interface OpenCampaigns {
  deployed: DeployedPipeline;
  bucket: string;
  table: CampaignTable;
  files: CampaignFiles;
  reads: CampaignReads;
  /** The producers of the configuration, and the sources of active campaigns. */
  sources(): Promise<string[]>;
  /** @throws OperatorError if there is no such campaign */
  named(name: string): Promise<CampaignRecord>;
}

/** @throws PipelineNotFound if there is no such stack, or if it has no campaign bucket */
export async function openCampaigns(chosen: ChosenPipeline): Promise<OpenCampaigns> {
  const deployed = await chosen.deployed();
  const { campaigns: table, campaignFiles: files, campaignBucket: bucket, s3 } = deployed;
  const reads = { table, inBucket: (source?: string) => campaignsInBucket(s3, bucket, source) };
  const sources = async () => {
    const configured = chosen.pipeline?.settings.producers.map(({ source }) => source) ?? [];
    const active = (await table.active()).map(({ source }) => source);
    return [...new Set([...configured, ...active])];
  };
  return {
    deployed,
    bucket,
    table,
    files,
    reads,
    sources,
    named: async (name) => campaignNamed(name, await sources(), reads),
  };
}

/**
 * What results are read from. The link-ID secret is read only if a row needs it. Who may not read it gets the results as well: until
 * a row is settled, another command under its request ID counts as its own.
 */
export function resultReadsOf(
  { files, deployed }: Pick<OpenCampaigns, 'files' | 'deployed'>,
  { lane }: CampaignRecord,
  pipeline: ConfiguredPipeline | undefined,
): ResultReads {
  let secret: Promise<string | undefined> | undefined;
  const read = pipeline && laneReader(pipeline, lane);
  return {
    files,
    ledger: deployed.ledger,
    digestOf: async ({ command }: SendRow) => {
      const reading = read?.({ command, faults: [] }, Date.now());
      if (reading === undefined || 'refused' in reading) return undefined;
      secret ??= deployed.linkIdSecret.value().catch(unlessDenied);
      const known = await secret;
      return known === undefined ? undefined : commandDigest(known, reading.command satisfies Command);
    },
  };
}

function unlessDenied(error: unknown): undefined {
  if (!(error instanceof Error) || !isDenied(error.cause)) throw error;
}
