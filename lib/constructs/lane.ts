import { Construct } from 'constructs';
import type { LaneSettings } from '../config/config-schema.ts';
import type { LanePlan } from '../config/rate-budget.ts';
import { linkWorker } from './link-worker.ts';
import type { LaneProps } from './pipeline-parts.ts';
import { qrWorker } from './qr-worker.ts';
import { admitProducers } from './queue-senders.ts';
import type { FedFunction } from './queue-worker.ts';
import { WorkQueue } from './work-queue.ts';

/** Spells a lane's name as constructs and outputs do: `campaign` → `Campaign`. */
export const pascal = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** A lane: commands → link worker → QR jobs → QR worker, with its own share of the rate. */
export class Lane extends Construct {
  readonly name: string;
  readonly settings: LaneSettings;
  readonly plan: LanePlan;
  readonly commands: WorkQueue;
  readonly linkWorker: FedFunction;
  readonly qrJobs: WorkQueue;
  readonly qrWorker: FedFunction;

  constructor(scope: Construct, id: string, props: LaneProps) {
    super(scope, id);
    this.name = props.name;
    this.settings = props.lane;
    this.plan = props.plan;
    const retentionDays = props.settings.commandRetentionDays;
    this.commands = new WorkQueue(this, 'Commands', {
      retentionDays,
      visibilityTimeoutSeconds: props.plan.link.visibilityTimeoutSeconds,
    });
    this.qrJobs = new WorkQueue(this, 'QrJobs', {
      retentionDays,
      visibilityTimeoutSeconds: props.plan.qr.visibilityTimeoutSeconds,
    });
    admitProducers(this.commands.queue, props.name, props.settings);

    // A latency lane publishes each outcome at once. The others fill SNS's batches of ten.
    const outcomesPerPublish = props.lane.windowSeconds > 0 ? 10 : 1;
    const workerProps = { ...props, commands: this.commands, qrJobs: this.qrJobs, outcomesPerPublish };
    this.linkWorker = linkWorker(new Construct(this, 'LinkWorker'), workerProps);
    this.qrWorker = qrWorker(new Construct(this, 'QrWorker'), workerProps);
  }
}
