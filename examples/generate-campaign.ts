import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { withUsageCode } from '../cli/terminal/usage.ts';
import { changes } from './campaign/changes.ts';
import { repetitions, reusedRequestIds, staleMessages, takenIds } from './campaign/collisions.ts';
import { crmFile } from './campaign/crm-file.ts';
import { type Envelope, wrapped } from './campaign/envelopes.ts';
import { invalidCommands } from './campaign/invalid-commands.ts';
import { type Create, creates, early, type Fate, type ForeignLink, type Line, times } from './campaign/line.ts';
import { type SeededRandom, seededRandom } from './campaign/seeded-random.ts';
import { continueOnPhone, customerMessage, printedCode, referral } from './campaign/use-cases.ts';

/**
 * Makes the example campaigns, most of whose commands are valid. The result is always the same.
 *
 *     examples/campaign.ndjson        2,000 messages as producers would send them: one message body per line
 *     examples/campaign.setup.json    links that must exist before, and lines that use another lane than their source's default
 *     examples/crm.csv                a campaign of 400 rows as a spreadsheet
 *     examples/crm.campaign.json      its settings
 *     examples/crm.setup.json         a link that must exist before
 */

/** The setup of a run, besides the messages. */
export interface CampaignSetup {
  foreignLinks: ForeignLink[];
  /** Line number, from 1, to lane. */
  lanes: Record<string, string>;
}

export interface Campaign {
  bodies: string[];
  setup: CampaignSetup;
  /** How each line ends. */
  fates: Fate[];
}

const size = 2_000;
/** In the past, because the pipeline rejects a time in the future. */
const firstRequestAt = Date.parse('2025-11-03T08:00:00Z');
const millisecondsBetweenRequests = 1_700;

const foreignLinks = (
  [
    ['A1b3', 'summer'],
    ['A1b3', 'download'],
    ['A1b3', 'welcome'],
    ['abc123', 'app'],
    ['abc123', 'menu'],
  ] as const
).map(([onelinkId, shortlinkId]): ForeignLink => {
  return { onelinkId, shortlinkId, data: { pid: 'made_by_hand', c: 'dashboard' }, api: 'dashboard' };
});

export function generateCampaign(): Campaign {
  const random = seededRandom(20_251_103);
  const lines = writtenLines(random).sort((one, other) => one.place - other.place);
  const otherLanes = lines.flatMap(({ lane }, index) => (lane === undefined ? [] : [[String(index + 1), lane]]));
  return {
    bodies: lines.map((line, index) => bodyOf(line, index, random)),
    setup: { foreignLinks, lanes: Object.fromEntries(otherLanes) },
    fates: lines.map(({ fate }) => fate),
  };
}

function writtenLines(random: SeededRandom): Line[] {
  const printed = times(75, (number) => printedCode(random, number));
  const referrals = times(180, (number) => referral(random, number, 'product'));
  const isNamed = ({ shortlinkId }: Create) => shortlinkId !== undefined;
  const named = referrals.filter(isNamed);
  const unnamed = referrals.filter((one) => !isNamed(one));
  const [reused, repeated] = [unnamed.slice(0, 3), unnamed.slice(3, 8)];
  const referredTo = new Set([...named, ...printed.filter(isNamed), ...reused, ...repeated]);

  const lines: Line[] = [
    ...[...printed, ...referrals].map((one) => creates(one, referredTo.has(one) ? early(random) : random.fraction())),
    ...times(100, (number) => creates(continueOnPhone(random, number), random.fraction())),
    ...times(40, (number) => creates(referral(random, number, 'crm'), random.fraction())),
    ...staleMessages(random),
    ...takenIds(random, foreignLinks, named.slice(0, 6)),
    ...reusedRequestIds(random, reused),
    ...changes(random, {
      updated: [...named.slice(10, 14), ...printed.filter(isNamed).slice(0, 4)],
      deleted: named.slice(14, 20),
      coded: named.slice(20, 26),
      outdated: named.slice(26, 29),
      seized: named.slice(29, 31),
    }),
    ...invalidCommands().map((body): Line => ({ fate: 'rejected', body, place: random.fraction() })),
    ...repetitions(random, repeated),
  ];
  const messages = times(size - lines.length, (number) => customerMessage(random, number));
  return [...lines, ...messages.map((one) => creates(one, random.fraction()))];
}

/** Most commands are bare. Each source also uses an envelope that suits it. */
const bare: readonly Envelope[] = ['bare'];
const carriers: Readonly<Record<string, readonly Envelope[]>> = {
  crm: ['bare', 'bare', 'bare', 'bare', 'bare', 'bare', 'cloudevent'],
  product: ['bare', 'bare', 'eventbridge'],
  studio: ['bare', 'sns'],
};

function bodyOf({ body, requestedAt }: Line, index: number, random: SeededRandom): string {
  if (typeof body === 'string') return body;
  if (Array.isArray(body)) return JSON.stringify(body);
  const at = new Date(firstRequestAt + index * millisecondsBetweenRequests).toISOString();
  const { action, source, requestId, ...fields } = body as Record<string, unknown>;
  const command = { specVersion: '1.0', source, requestId, action, requestedAt: requestedAt ?? at, ...fields };
  return wrapped(command, random.pick(carriers[String(source)] ?? bare), random);
}

if (import.meta.main) {
  const program = new Command('npm run campaign');
  withUsageCode(
    program.description(
      'Writes the example campaigns: examples/campaign.ndjson and examples/crm.csv, with the files beside them. The result is always the same.',
    ),
  ).parse();
  const { bodies, setup } = generateCampaign();
  const write = (file: string, text: string) => {
    writeFileSync(fileURLToPath(new URL(file, import.meta.url)), text);
    console.log(`examples/${file}`);
  };
  write('campaign.ndjson', `${bodies.join('\n')}\n`);
  write('campaign.setup.json', `${JSON.stringify(setup, null, 2)}\n`);
  const file = crmFile();
  write('crm.csv', file.csv);
  write('crm.campaign.json', `${JSON.stringify(file.settings, null, 2)}\n`);
  write('crm.setup.json', `${JSON.stringify({ foreignLinks: file.foreignLinks, lanes: {} }, null, 2)}\n`);
}
