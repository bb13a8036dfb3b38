import { Construct } from 'constructs';
import type { LaneSettings } from '../config/config-schema.ts';
import type { LanePlan } from '../config/rate/pipeline-plan.ts';
import { linkWorker } from './link-worker.ts';
import type { LaneProps } from './pipeline-parts.ts';
import { admitProducers } from './queue-senders.ts';
import type { FedFunction } from './queue-worker.ts';
import { WorkQueue } from './work-queue.ts';

/** Spells a lane's name as constructs and outputs do: `campaign` → `Campaign`. */
export const pascal = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** A lane: commands → link worker → QR jobs of all lanes, with its own share of the rate. */
export class Lane extends Construct {
  readonly name: string;
  readonly settings: LaneSettings;
  readonly plan: LanePlan;
  readonly commands: WorkQueue;
  readonly linkWorker: FedFunction;

  constructor(scope: Construct, id: string, props: LaneProps) {
    super(scope, id);
    this.name = props.name;
    this.settings = props.lane;
    this.plan = props.plan;
    this.commands = new WorkQueue(this, 'Commands', {
      rules: props.surroundings,
      retentionDays: props.settings.commandRetentionDays,
      visibilityTimeoutSeconds: props.plan.link.visibilityTimeoutSeconds,
    });
    admitProducers(this.commands.queue, props.name, props.settings);
    this.linkWorker = linkWorker(new Construct(this, 'LinkWorker'), this.commands, props);
  }
}
