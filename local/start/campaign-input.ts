import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { type MessageSketch, sketchOf } from '../../cli/files/message.ts';
import type { FileMessage } from '../../cli/files/message-file.ts';
import { openMessages } from '../../cli/files/message-source.ts';
import { type Place, placeWords } from '../../cli/files/place-words.ts';
import { defaultLaneOf, type LaneUser } from '../../cli/terminal/lane-choice.ts';
import { OperatorError } from '../../cli/words/operator-error.ts';

/** A message of the campaign, and its lane. */
export interface CampaignMessage extends MessageSketch, Place {
  body: string;
  lane: string;
}

const setupSchema = z.object({
  foreignLinks: z.array(
    z.object({
      onelinkId: z.string(),
      shortlinkId: z.string(),
      data: z.record(z.string(), z.string()),
      api: z.literal('dashboard'),
    }),
  ),
  lanes: z.record(z.string(), z.string()),
});

/** The set-up file beside a campaign: links that exist before it, and lines with another lane than their source's. */
export type CampaignSetup = z.infer<typeof setupSchema>;

/**
 * Reads a campaign and, if there is one, `<name>.setup.json` beside it.
 *
 * @throws OperatorError if the campaign is unreadable, or has a message that SQS refuses; Error for the set-up file
 */
export async function readCampaign(
  file: string,
  options: { limit?: number; producers: readonly LaneUser[] },
): Promise<{ messages: CampaignMessage[]; setup: CampaignSetup }> {
  const setup = readSetup(file);
  return { messages: withLanes(await read(file, options.limit), setup, options.producers), setup };
}

/**
 * Reads the set-up file beside a campaign. Without one, nothing exists before, and all lanes are the sources' own.
 *
 * @throws Error if it has another form
 */
export function readSetup(file: string): CampaignSetup {
  const setupFile = file.replace(/(\.\w+)?$/, '.setup.json');
  if (!existsSync(setupFile)) return { foreignLinks: [], lanes: {} };
  return setupSchema.parse(JSON.parse(readFileSync(setupFile, 'utf8')));
}

const faultsShown = 20;

async function read(file: string, limit = Number.POSITIVE_INFINITY): Promise<FileMessage[]> {
  const source = await openMessages(file).catch((error: unknown) => {
    throw error instanceof OperatorError ? new OperatorError(`--input: ${error.message}`) : error;
  });
  const messages: FileMessage[] = [];
  try {
    for await (const message of source.messages()) {
      if (messages.length === limit) break;
      messages.push(message);
    }
  } finally {
    await source.close();
  }
  const faults = messages.flatMap(({ unsendable, ...place }) =>
    unsendable === undefined ? [] : `${placeWords(place)} ${unsendable}`,
  );
  if (faults.length > 0) {
    const more = faults.length > faultsShown ? [`and ${faults.length - faultsShown} more`] : [];
    throw new OperatorError([`${source.name} cannot be sent:`, ...faults.slice(0, faultsShown), ...more].join('\n'));
  }
  if (messages.length === 0) throw new OperatorError(`${source.name} has no command.`);
  return messages;
}

/** An unreadable message has no lane. It goes to the first producer's lane, where the worker refuses it. */
export function withLanes(
  messages: readonly (Place & { body: string })[],
  setup: Pick<CampaignSetup, 'lanes'>,
  producers: readonly LaneUser[],
): CampaignMessage[] {
  const fallback = producers[0]?.lanes[0] ?? '';
  return messages.map(({ line, unit, body }) => {
    const sketch = sketchOf(body);
    const lane = setup.lanes[String(line)] ?? defaultLaneOf(sketch.source, producers) ?? fallback;
    return { line, ...(unit && { unit }), body, lane, ...sketch };
  });
}
