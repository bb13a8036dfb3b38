import { createHash } from 'node:crypto';
import { type CampaignKey, campaignKey } from '../domain/campaign/places.ts';
import type { CheckedRow } from '../domain/campaign/row.ts';
import { type Command, commandSchema } from '../domain/contract/command.ts';
import { type CommandReading, commandReader, type PolicyCheck } from '../domain/contract/command-reading.ts';
import { provedSender } from '../domain/contract/sender.ts';
import { commandDigest } from '../domain/link/digest.ts';
import { contractOf } from '../domain/onelink/api-variables.ts';
import type { CampaignRules, CampaignSenderEnvironment } from './env.ts';
import type { OutgoingRow } from './ports.ts';

/** What the sender is set to: its environment, and the rules beside it. */
export type CampaignSenderSettings = CampaignSenderEnvironment & Pick<CampaignRules, 'producers' | 'templates'>;

/** A row with a command to send. */
export type SendRow = Extract<CheckedRow, { check: 'send' }>;

export const isSendRow = (row: CheckedRow): row is SendRow => row.check === 'send';

/** Whether the row ends with a QR image. */
export function wantsImage({ command: { action, qr } }: SendRow): boolean {
  return action === 'qr' || (action === 'create' && qr !== undefined);
}

/** The commands of the rows of one lane, by today's configuration. */
export class RowCommands {
  readonly #read: ReturnType<typeof commandReader>;
  readonly #schema: ReturnType<typeof commandSchema>;

  constructor(lane: string, settings: CampaignSenderSettings, policy: PolicyCheck) {
    const contract = contractOf(settings);
    const producers = settings.producers.filter(({ lanes }) => lanes.includes(lane));
    this.#read = commandReader({ contract, producers, templates: settings.templates, policy });
    this.#schema = commandSchema(contract);
  }

  /** Checks a row as the lane's worker will. The configuration may have changed since the campaign's check. */
  read({ command }: SendRow, sentAtMilliseconds: number): CommandReading {
    return this.#read({ command, faults: [] }, sentAtMilliseconds);
  }

  /** The digest in the request record of this command, or undefined if today's contract cannot read the command. */
  digest({ command }: SendRow, secret: string): string | undefined {
    const parsed = this.#schema.safeParse(command);
    return parsed.success ? commandDigest(secret, parsed.data as Command) : undefined;
  }

  /** The row as a message of its source. */
  outgoing(campaign: CampaignKey, { row, command }: SendRow, sentAtMilliseconds: number): OutgoingRow {
    return {
      row,
      body: JSON.stringify(command),
      messageId: messageIdOf(command),
      sentAtMilliseconds,
      sender: provedSender(campaign.source),
      groupId: campaignKey(campaign),
    };
  }
}

/** The ID of a command's message: the same each time, and another one for another command. In the form of an SQS message ID. */
export function messageIdOf(command: Record<string, unknown>): string {
  const digest = createHash('sha256')
    .update(`campaign\0${JSON.stringify(command)}`)
    .digest('hex');
  const parts = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ];
  return parts.map(([from, to]) => digest.slice(from, to)).join('-');
}
