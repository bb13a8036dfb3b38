import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { shortenTimeOuts } from './short-time-outs.ts';

const sizes = { batchSize: 4, concurrency: 2, timeoutSeconds: 20, visibilityTimeoutSeconds: 2 };
const queue = {
  Type: 'AWS::SQS::Queue',
  Properties: { VisibilityTimeout: 720, RedrivePolicy: { maxReceiveCount: 20 } },
};
const imported = { 'Fn::ImportValue': 'App-State:ExportsOutputRefCampaignFilesQueueCDC79945' };

it('shortens time-outs, but not those of campaigns, and sends the requests on another stack’s queue through the proxy', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const worker = (Timeout: number) => ({
    Type: 'AWS::Lambda::Function',
    Properties: { Timeout, Environment: { Variables: { CAMPAIGN_QUEUE_URL: imported } } },
  });
  const app = {
    Resources: { PipelineCampaignsCheckerWorker: worker(120), PipelineCampaignLinkWorker: worker(60) },
  };
  await writeFile(join(folder, 'App.template.json'), JSON.stringify(app));
  await writeFile(join(folder, 'App-State.template.json'), JSON.stringify({ Resources: { Files: queue } }));
  await shortenTimeOuts(folder, 'App', sizes, 'http://127.0.0.1:9');
  const read = async (name: string) => JSON.parse(await readFile(join(folder, `${name}.template.json`), 'utf8'));
  const { PipelineCampaignsCheckerWorker: checker, PipelineCampaignLinkWorker: link } = (await read('App')).Resources;
  expect([checker.Properties.Timeout, link.Properties.Timeout]).toEqual([120, 20]);
  expect(checker.Properties.Environment.Variables.CAMPAIGN_QUEUE_URL).toEqual({
    'Fn::Join': ['', ['http://127.0.0.1:9/000000000000/', { 'Fn::Select': [4, { 'Fn::Split': ['/', imported] }] }]],
  });
  const state = await read('App-State');
  expect(state.Resources.Files.Properties).toEqual({
    VisibilityTimeout: 2,
    RedrivePolicy: { maxReceiveCount: 1000 },
  });
});
