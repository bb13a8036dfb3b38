import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Hono } from 'hono';
import * as z from 'zod';
import { campaignNamed, campaignsInBucket } from '../../pipeline/campaigns.ts';
import { pipelineWords } from '../acting/pipeline-words.ts';
import { acting } from '../acting/read-only.ts';
import { checkReport, startCampaign, startVerb, uploadedFile } from '../acting/start-campaign.ts';
import { bodyOf, campaignLinksSchema } from '../bodies.ts';
import { type CampaignPlan, type CampaignStarted, campaignDownloads, uploadHeader } from '../contract/campaigns.ts';
import type { OpenDesk } from '../desk.ts';
import { ProblemError } from '../problem.ts';
import { downloadOf } from '../reading/campaign-downloads.ts';
import { campaignLinks } from '../reading/campaign-links.ts';
import { campaignList, campaignNow } from '../reading/campaign-now.ts';
import type { ConsoleWorld } from '../world.ts';

const settings = z.looseObject({});
const planSchema = z.strictObject({
  file: z.string().max(64),
  source: z.string().max(64),
  name: z.string().max(64),
  settings,
});

/** Campaigns: the list, one of them with its downloads, and a new one from a file. */
export function campaignRoutes(world: ConsoleWorld): Hono {
  const { desk, uploads, nowMilliseconds } = world;
  const routes = new Hono();
  const work = (request: Request) => ({
    signal: AbortSignal.any([desk.ended, request.signal]),
    nowMilliseconds: nowMilliseconds(),
  });

  routes.get('/campaigns', async (context) => context.json(await campaignList(await desk.open(), nowMilliseconds())));

  routes.post('/campaigns/upload', async (context) => {
    const { req } = context;
    const upload = await uploads.add(
      fileName(req.header(uploadHeader)),
      req.raw.body as ReadableStream<Uint8Array> | null,
    );
    return context.json(
      await uploadedFile(upload).catch(async (error: unknown) => {
        await uploads.forget(upload.id);
        throw error;
      }),
    );
  });

  routes.post('/campaigns/check', async (context) => {
    const plan: CampaignPlan = await bodyOf(context, planSchema);
    return context.json(await checkReport(uploads.get(plan.file), plan, await desk.open(), work(context.req.raw)));
  });

  routes.post('/campaigns/start', acting(world), async (context) => {
    const plan: CampaignPlan = await bodyOf(context, planSchema);
    const upload = uploads.get(plan.file);
    const open = await desk.open();
    await startCampaign(upload, plan, open, work(context.req.raw));
    const { source, name } = plan;
    const started: CampaignStarted = { source, name, verb: startVerb(plan, upload.name, pipelineWords(open.chosen)) };
    await uploads.forget(upload.id);
    return context.json(started);
  });

  routes.post('/links/campaign', async (context) => {
    const { source, name, after, reveal = false } = await bodyOf(context, campaignLinksSchema);
    const open = await desk.open();
    return context.json(await campaignLinks(await recordOf(source, name, open), open, { after, reveal }));
  });

  routes.get('/campaigns/:source/:name', async (context) => {
    const { source, name } = context.req.param();
    const open = await desk.open();
    return context.json(await campaignNow(await recordOf(source, name, open), open, nowMilliseconds()));
  });

  routes.get('/campaigns/:source/:name/:download', async (context) => {
    const { source, name, download } = context.req.param();
    const which = campaignDownloads.find((one) => one === download);
    if (which === undefined) throw new ProblemError('not-found', 'A campaign has no such file.');
    const open = await desk.open();
    const file = await downloadOf(which, await recordOf(source, name, open), open, work(context.req.raw).signal);
    return context.body(Readable.toWeb(file.body) as unknown as globalThis.ReadableStream, 200, {
      'content-type': file.type,
      'content-disposition': `attachment; filename="${file.name}"`,
    });
  });

  return routes;
}

/** @throws ProblemError if the name is missing or cannot be read */
function fileName(header: string | undefined): string {
  try {
    const name =
      decodeURIComponent(header ?? '')
        .split(/[\\/]/)
        .at(-1) ?? '';
    if (name !== '' && name.length <= 255) return name;
  } catch {
    // The header is not percent-encoded.
  }
  throw new ProblemError('bad-request', `The header ${uploadHeader} must hold the name of the file, percent-encoded.`);
}

/** @throws ProblemError if there is no such campaign */
async function recordOf(source: string, name: string, { deployed }: OpenDesk) {
  const reads = {
    table: deployed.campaigns,
    inBucket: (of?: string) => campaignsInBucket(deployed.s3, deployed.campaignBucket, of),
  };
  return campaignNamed(`${source}/${name}`, [source], reads);
}
