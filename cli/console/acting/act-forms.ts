import * as z from 'zod';
import { laneName, sourceName } from '../../../lambdas/domain/acts/act.ts';
import { quarantineKeyForm } from '../../../lambdas/domain/acts/quarantine.ts';
import { acts } from '../../../lambdas/domain/acts/registry.ts';
import { campaignName } from '../../../lambdas/domain/campaign/settings.ts';
import type { Act, ActForm } from '../contract/acts.ts';
import { shellWord } from './pipeline-words.ts';

const lanes = z.array(laneName).min(1).max(100);
const campaign = { source: sourceName, campaign: campaignName };
const sender = { source: sourceName, sender: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$/) };
const key = z.string().regex(quarantineKeyForm);
const queue = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/);

/** The acts of the console, in the names of its page. */
export const consoleActSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('pause'), lanes }),
  z.strictObject({ name: z.literal('resume'), lanes }),
  z.strictObject({ name: z.literal('replay') }),
  z.strictObject({
    name: z.literal('redrive'),
    queue,
    perSecond: z.int().min(1).max(1_000).optional(),
    limit: z.int().min(1).max(10_000_000).optional(),
  }),
  z.strictObject({ name: z.literal('purge'), queue }),
  z.strictObject({ name: z.literal('quarantine-release'), key }),
  z.strictObject({ name: z.literal('quarantine-drop'), key }),
  z.strictObject({ name: z.literal('sender-confirm'), ...sender }),
  z.strictObject({ name: z.literal('sender-reject'), ...sender }),
  z.strictObject({ name: z.literal('campaign-approve'), ...campaign }),
  z.strictObject({ name: z.literal('campaign-pause'), ...campaign }),
  z.strictObject({ name: z.literal('campaign-resume'), ...campaign }),
  z.strictObject({ name: z.literal('campaign-cancel'), ...campaign }),
  z.strictObject({ name: z.literal('campaign-retire'), ...campaign }),
]);
export type ConsoleAct = z.output<typeof consoleActSchema>;
export type ConsoleActName = ConsoleAct['name'];

const labels: Readonly<Record<ConsoleActName, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  replay: 'Replay now',
  redrive: 'Send back',
  purge: 'Purge',
  'quarantine-release': 'Release',
  'quarantine-drop': 'Drop',
  'sender-confirm': 'Confirm',
  'sender-reject': 'Reject',
  'campaign-approve': 'Approve',
  'campaign-pause': 'Pause',
  'campaign-resume': 'Resume',
  'campaign-cancel': 'Cancel',
  'campaign-retire': 'Delete its links',
};

/** The question before an act whose effect stays. */
function confirmationOf(act: ConsoleAct): string | null {
  switch (act.name) {
    case 'pause':
      return `Pause ${act.lanes.join(', ')}? Commands wait in their queue until somebody resumes.`;
    case 'redrive':
      if (act.queue !== 'outcome-deliveries') return null;
      return 'Publish these outcomes again? All receivers of their sources get them. They know a repeat by its outcomeId.';
    case 'purge':
      if (act.queue === 'outcome-deliveries')
        return 'Delete the outcomes that SNS could not post? A file on this machine keeps them. Their receiver never gets them.';
      return `Delete the dead letters of ${act.queue}? A file on this machine keeps them. Their producers get no outcome.`;
    case 'quarantine-drop':
      return 'Delete this object with its commands? Their producers get no outcome.';
    case 'sender-reject':
      return `Reject ${act.sender}? Its held commands end as rejected.`;
    case 'sender-confirm':
      return `Let ${act.sender} send as ${act.source}? Its held commands are carried out.`;
    case 'campaign-cancel':
      return `Cancel ${act.source}/${act.campaign}? Rows that are not sent stay without a link.`;
    case 'campaign-retire':
      return `Delete every link of ${act.source}/${act.campaign}? Each delete costs a call of the quota.`;
    default:
      return null;
  }
}

const destructive: ReadonlySet<ConsoleActName> = new Set([
  'purge',
  'quarantine-drop',
  'sender-reject',
  'campaign-cancel',
  'campaign-retire',
]);

/** An act as the page offers it. */
export function formOf(act: ConsoleAct): ActForm {
  return {
    act: act satisfies Act,
    label: labels[act.name],
    reason: acts[act.name].needsReason ? 'required' : 'optional',
    confirmation: confirmationOf(act),
    isDestructive: destructive.has(act.name),
  };
}

/**
 * The command line that does the same.
 *
 * @param pipeline `--local`, or `--stack OneLink-production`
 */
export function verbOf(act: ConsoleAct, reason: string | undefined, pipeline: string): string {
  const why = reason === undefined ? '' : ` --reason ${shellWord(reason)}`;
  const verb = `npx onelink ${wordsOf(act)}${why} ${pipeline}`;
  // A verb takes one lane.
  if (act.name !== 'pause' && act.name !== 'resume') return verb;
  return act.lanes.map((lane) => `npx onelink ${act.name} ${lane}${why} ${pipeline}`).join('\n');
}

function wordsOf(act: ConsoleAct): string {
  switch (act.name) {
    case 'pause':
    case 'resume':
      return `${act.name} ${act.lanes[0]}`;
    case 'replay':
      return 'parked replay';
    case 'redrive': {
      const { perSecond, limit } = act;
      const rate = perSecond === undefined ? '' : ` --rate ${perSecond}`;
      return `dead-letters redrive ${queueWords(act.queue)}${rate}${limit === undefined ? '' : ` --limit ${limit}`}`;
    }
    case 'purge':
      return `dead-letters purge ${queueWords(act.queue)} --yes`;
    case 'quarantine-release':
      return `quarantine release ${shellWord(act.key)}`;
    case 'quarantine-drop':
      return `quarantine release ${shellWord(act.key)} --drop --yes`;
    case 'sender-confirm':
    case 'sender-reject':
      return `senders ${act.name.slice('sender-'.length)} ${act.sender} --source ${act.source}`;
    case 'campaign-cancel':
    case 'campaign-retire':
      return `campaign ${act.name.slice('campaign-'.length)} ${act.source}/${act.campaign} --yes`;
    case 'campaign-approve':
    case 'campaign-pause':
    case 'campaign-resume':
      return `campaign ${act.name.slice('campaign-'.length)} ${act.source}/${act.campaign}`;
  }
}

/** The options of a dead-letter queue: `bulk-ingress-crm` → `--lane bulk --queue ingress`. */
function queueWords(queue: string): string {
  const lane = /^([a-z][a-z0-9]*)-ingress-/.exec(queue)?.[1];
  if (lane !== undefined) return `--lane ${lane} --queue ingress`;
  if (queue === 'outcome-deliveries') return '--queue deliveries';
  if (queue === 'qr' || queue === 'expiry' || queue === 'campaigns') return `--queue ${queue}`;
  return `--lane ${queue} --queue commands`;
}
