import { type CampaignReads, campaignsInBucket } from '../pipeline/campaigns.ts';
import type { ConfiguredPipeline } from '../pipeline/configured-pipeline.ts';
import type { DeployedPipeline } from '../pipeline/deployed-pipeline.ts';
import type { ChosenPipeline } from '../pipeline/pipeline-choice.ts';
import { openReader } from '../pipeline/reader.ts';

/** A pipeline that was found, with what its configuration has. */
export interface OpenDesk {
  chosen: ChosenPipeline;
  deployed: DeployedPipeline;
  configured: ConfiguredPipeline | undefined;
}

/**
 * The console's way to the pipeline. It finds the pipeline when somebody asks, so the console can start before the pipeline, or
 * before anybody has signed in.
 */
export class Desk {
  /** Aborts when the console ends. */
  readonly ended: AbortSignal;
  /** The stack that the operator named; undefined if the configuration or the local run decides. */
  readonly stackName: string | undefined;
  readonly #choose: () => ChosenPipeline;
  #open: Promise<OpenDesk> | undefined;

  constructor(choose: () => ChosenPipeline, ended: AbortSignal, stackName?: string) {
    this.#choose = choose;
    this.ended = ended;
    this.stackName = stackName;
  }

  /** @throws NoLocalRun, PipelineNotFound, or the service's error. The next call tries again. */
  open(): Promise<OpenDesk> {
    this.#open ??= this.#find().catch((error: unknown) => {
      this.#open = undefined;
      throw error;
    });
    return this.#open;
  }

  /** Forgets the pipeline: its local run may have ended, or its stack was deployed again. */
  forget(): void {
    this.#open = undefined;
  }

  async #find(): Promise<OpenDesk> {
    const chosen = this.#choose();
    return { chosen, deployed: await chosen.deployed(), configured: chosen.pipeline };
  }
}

/** The campaigns of a pipeline, for the library. */
export const campaignReadsOf = ({ deployed }: OpenDesk): CampaignReads => ({
  table: deployed.campaigns,
  inBucket: (source) => campaignsInBucket(deployed.s3, deployed.campaignBucket, source),
});

/** The reader of the OneLink API. */
export const readerOf = ({ chosen, deployed }: OpenDesk, ended: AbortSignal) =>
  openReader(chosen.configuredFor('the account and the templates’ domains'), deployed, ended);
