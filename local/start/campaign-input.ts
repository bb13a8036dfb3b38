import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { defaultLaneOf, type LaneUser } from '../../bin/client/lane-choice.ts';
import { type MessageSketch, sketchOf } from '../../bin/client/message.ts';
import { readMessages } from '../../bin/client/message-file.ts';
import { OperatorError } from '../../bin/client/operator-error.ts';

/** A message of the campaign, with the lane that it takes. */
export interface CampaignMessage extends MessageSketch {
  line: number;
  body: string;
  lane: string;
}

const setupSchema = z.object({
  foreignLinks: z.array(
    z.object({
      onelinkId: z.string(),
      shortlinkId: z.string(),
      data: z.record(z.string(), z.string()),
      foreign: z.literal(true),
    }),
  ),
  lanes: z.record(z.string(), z.string()),
});

/** What the file beside a campaign says: links that are there before, and lines that leave their source's lane. */
export type CampaignSetup = z.infer<typeof setupSchema>;

/**
 * Reads a campaign and, where there is one, `<name>.setup.json` beside it.
 *
 * @throws OperatorError when a file cannot be read, or the one beside it is no setup
 */
export function readCampaign(
  file: string,
  options: { limit?: number; producers: readonly LaneUser[] },
): { messages: CampaignMessage[]; setup: CampaignSetup } {
  const setupFile = file.replace(/(\.\w+)?$/, '.setup.json');
  const setup: CampaignSetup = existsSync(setupFile) ? setupIn(setupFile) : { foreignLinks: [], lanes: {} };
  const read = readMessages(textOf(file)).slice(0, options.limit);
  return { messages: withLanes(read, setup, options.producers), setup };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OperatorError(
      `--input: ${file} cannot be read (${error instanceof Error && Reflect.get(error, 'code')})`,
    );
  }
}

function setupIn(file: string): CampaignSetup {
  const text = textOf(file);
  try {
    return setupSchema.parse(JSON.parse(text));
  } catch {
    throw new OperatorError(
      `--input: ${file}, which lies beside the campaign, is no setup; see examples/campaign.setup.json`,
    );
  }
}

/** Nobody knows the lane of what cannot be read: it takes the first producer's, and is refused there. */
export function withLanes(
  messages: readonly { line: number; body: string }[],
  setup: Pick<CampaignSetup, 'lanes'>,
  producers: readonly LaneUser[],
): CampaignMessage[] {
  const fallback = producers[0]?.lanes[0] ?? '';
  return messages.map(({ line, body }) => {
    const sketch = sketchOf(body);
    const lane = setup.lanes[String(line)] ?? defaultLaneOf(sketch.source, producers) ?? fallback;
    return { line, body, lane, ...sketch };
  });
}
