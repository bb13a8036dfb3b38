import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { App, Stack } from 'aws-cdk-lib';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { handlerCode, type Job, writeBundle } from '../../lib/constructs/bundle.ts';
import { bytesAtStart } from '../world/bundle-size.ts';
import { emptyApp } from './configured-app.ts';

/** The folders that Lambda would unpack for functions of one job in one app, a function for each of these files. */
function assetsOf(job: Job, ...files: Record<string, string>[]): string[] {
  const app = new App({ outdir: emptyApp().outdir });
  const stack = new Stack(app, 'Bundled');
  for (const [index, one] of files.entries()) {
    new LambdaFunction(stack, `Function${index}`, {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: handlerCode(job, one),
    });
  }
  const { directory } = app.synth();
  const assets = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  return assets.map((name) => join(directory, name));
}

test('two pipelines of one app ship their own files beside the same code', () => {
  const folders = assetsOf('http-authorizer', { 'rules.json': 'production' }, { 'rules.json': 'staging' });
  expect(folders.map((folder) => readFileSync(join(folder, 'rules.json'), 'utf8')).sort()).toEqual([
    'production',
    'staging',
  ]);
  const [one, other] = folders.map((folder) => readFileSync(join(folder, 'index.mjs'), 'utf8'));
  expect(one).toBe(other);
});

test('a function has one asset, wherever the app is synthesised, so that only new code deploys it again', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'onelink-bundle-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  writeBundle('http-authorizer', elsewhere);
  const [asset = ''] = assetsOf('http-authorizer', {});
  for (const name of readdirSync(elsewhere)) {
    expect(readFileSync(join(asset, name)).equals(readFileSync(join(elsewhere, name)))).toBe(true);
  }
  const map = JSON.parse(readFileSync(join(asset, 'index.mjs.map'), 'utf8'));
  expect(map.sources).toContain('../../../lambdas/http-authorizer/handler.ts');
});

/**
 * A larger bundle is a slower cold start. Each bound is the measured size and room for 5 %. Most of a bundle is the AWS SDK,
 * S3's client above all, and zod. esbuild's metafile lists what is heavy.
 */
const mostKilobytes: Record<Job, number> = {
  'link-worker': 565,
  'qr-worker': 640,
  'expiry-intake': 420,
  'expiry-worker': 510,
  governor: 510,
  replayer: 620,
  forwarder: 360,
  // Every act needs its store, so it has a client for each, and the CSV reader. Only people wait for it.
  operations: 860,
  reader: 360,
  'campaign-checker': 730,
  'campaign-sender': 700,
  'http-api': 760,
  'http-authorizer': 330,
};

test.each(Object.entries(mostKilobytes) as [Job, number][])(
  'Node can load the bundle of %s, which has source maps and starts with at most %i KB',
  async (job, kilobytes) => {
    const [asset = ''] = assetsOf(job, {});
    expect(await bytesAtStart(asset)).toBeLessThan(kilobytes * 1_000);
    const modules = readdirSync(asset).filter((name) => name.endsWith('.mjs'));
    expect(readdirSync(asset).sort()).toEqual(modules.flatMap((name) => [name, `${name}.map`]).sort());
    // A stack trace needs names and positions, and no sources.
    for (const name of modules) {
      expect(JSON.parse(readFileSync(join(asset, `${name}.map`), 'utf8')).sourcesContent).toBeUndefined();
    }
    // Without its environment, the handler must load and then name the missing variables.
    const module = pathToFileURL(join(asset, 'index.mjs')).href;
    const loading = promisify(execFile)(process.execPath, ['--input-type=module', '-e', `await import('${module}')`], {
      env: { NODE_OPTIONS: '--enable-source-maps' },
    });
    await expect(loading).rejects.toThrow("The function's environment breaks its contract (env.ts): ");
  },
);
