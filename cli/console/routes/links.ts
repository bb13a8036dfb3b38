import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { QrImages } from '../../pipeline/qr-images.ts';
import { tellStory, tellStoryOfLink } from '../../pipeline/story/tell-story.ts';
import { linkCommand, linkVerb } from '../acting/change-link.ts';
import { pipelineWords, shellWord } from '../acting/pipeline-words.ts';
import { acting } from '../acting/read-only.ts';
import { sendCommand } from '../acting/send-command.ts';
import { bodyOf, linkChangeSchema, linkChoiceSchema, linkQuerySchema, linkStorySchema } from '../bodies.ts';
import type { LinkChange, LinkChanged, LinkChoice, LinkStory } from '../contract/links.ts';
import { readerOf } from '../desk.ts';
import { ProblemError } from '../problem.ts';
import { foundLink } from '../reading/found-link.ts';
import { addressMeant, linkPorts } from '../reading/meant-link.ts';
import type { ConsoleWorld } from '../world.ts';

const usualDays = 14;

/** Links: search, story, code and changes. Each request is a POST, so no address names a link. */
export function linkRoutes(world: ConsoleWorld): Hono {
  const { desk } = world;
  const routes = new Hono();

  routes.post('/links/find', async (context) => {
    const { reveal = false, ...choice } = await bodyOf(context, linkQuerySchema);
    const open = await desk.open();
    const ports = await linkPorts(open);
    const address = await addressMeant(choice, ports);
    const secret = await open.deployed.linkIdSecret.value();
    const api = readerOf(open, desk.ended);
    const { ledger, pipeline } = ports;
    return context.json(
      await foundLink(address, reveal, { ledger, api, secret, settings: pipeline.settings, clock: systemClock }),
    );
  });

  routes.post('/links/story', async (context) => {
    const { reveal = false, days = usualDays, ...choice } = await bodyOf(context, linkStorySchema);
    const open = await desk.open();
    const ports = await linkPorts(open);
    const notes: string[] = [];
    const interrupted = AbortSignal.any([desk.ended, context.req.raw.signal]);
    const search = {
      days,
      shown: { links: reveal },
      interrupted,
      onStep: () => {},
      onGap: (gap: string) => void notes.push(gap),
    };
    const { deployed } = open;
    const happenings =
      choice.by === 'request'
        ? await tellStory([choice], search, deployed, ports)
        : (await tellStoryOfLink(await addressMeant(choice, ports), search, deployed, ports)).happenings;
    const story: LinkStory = {
      at: world.nowMilliseconds(),
      happenings: happenings.map(({ at, where, requestId, outcome, words }) => ({
        where,
        requestId,
        words,
        at: at ?? null,
        outcome: outcome ?? null,
      })),
      notes,
      verb: storyVerb(choice, days, pipelineWords(open.chosen)),
    };
    return context.json(story);
  });

  routes.post('/links/code', async (context) => {
    const choice = await bodyOf(context, linkChoiceSchema);
    const { deployed, ...open } = await desk.open();
    const ports = await linkPorts({ deployed, ...open });
    const record = await ports.ledger.link(await addressMeant(choice, ports));
    if (record?.qrKey === undefined)
      throw new ProblemError('not-found', 'The link has no QR code. You can ask for one.');
    const bytes = await new QrImages(deployed.s3, deployed.output('QrBucketName')).image(record.qrKey);
    if (bytes === undefined)
      throw new ProblemError('not-found', 'The bucket no longer has the image. You can ask for a new one.');
    return image(context, bytes, record.qrKey);
  });

  routes.post('/links/change', acting(world), async (context) => {
    const body = await bodyOf(context, linkChangeSchema);
    const { action, lane, data, ttl, confirm: _, ...choice } = body;
    const wanted = { action, lane, ...(data && { data }), ...(ttl && { ttl }) } satisfies Partial<LinkChange>;
    const open = await desk.open();
    const ports = await linkPorts(open);
    const record = await ports.ledger.link(await addressMeant(choice, ports));
    if (record === undefined)
      throw new ProblemError('refused', 'The ledger does not have this link, so nobody owns it.');
    const asked = { pipeline: open.chosen.configuredFor('the lanes'), requestId: `console-${randomUUID()}` };
    const command = linkCommand(wanted, record, { ...asked, nowMilliseconds: world.nowMilliseconds() });
    await sendCommand(command, open);
    const { source, requestId } = command;
    const changed: LinkChanged = {
      source,
      requestId,
      lane,
      verb: linkVerb(wanted, record, pipelineWords(open.chosen)),
    };
    return context.json(changed);
  });

  return routes;
}

function storyVerb(choice: LinkChoice, days: number, pipeline: string): string {
  const asked =
    choice.by === 'link'
      ? 'TEMPLATE/ID'
      : `--source ${shellWord(choice.source)} --request-id ${shellWord(choice.requestId)}`;
  return `npx onelink trace ${asked} --days ${days} ${pipeline}`;
}

/** The bytes decide the type. So an object of another kind is never shown as what its name claims. */
function image(context: Context, bytes: Uint8Array, key: string) {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg)
    throw new ProblemError('failed', `The object of the QR bucket is no image (${key.split('.').at(-1)}).`);
  return context.body(Buffer.from(bytes), 200, { 'content-type': isPng ? 'image/png' : 'image/jpeg' });
}
