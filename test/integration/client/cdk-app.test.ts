import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { config } from '../../../examples/cdk-app/onelink.config.ts';
import { addStage } from '../../../lib/stacks/stages.ts';
import { startOneLinkApi } from '../../../local/onelink-api/server.ts';
import { apiAddress } from '../../../local/start/api-address.ts';
import { chosenPipeline } from '../../../local/start/chosen-pipeline.ts';
import { emulatorSettings } from '../../../local/start/emulator-settings.ts';
import { run } from '../../world/documented-code.ts';
import { installPackage } from '../../world/installed-package.ts';
import { startPipeline } from '../../world/started-pipeline.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';

const root = join(import.meta.dirname, '../../..');
const readJson = async (file: string) => JSON.parse(await readFile(file, 'utf8'));
const { dependencies } = await readJson(join(root, 'package.json'));
const folder = await temporaryFolder(afterAll);
const project = join(folder, 'project');
const assembly = join(folder, 'cdk.out');
const { context } = await readJson(join(root, 'examples/cdk-app/cdk.json'));

/** examples/cdk-app with the package and what it depends on. esbuild is not among it. */
beforeAll(async () => {
  await cp(join(root, 'examples/cdk-app'), project, { recursive: true });
  await installPackage(project, [...Object.keys(dependencies), 'aws-cdk-lib', 'constructs', '@types/node']);
  await run(process.execPath, ['app.ts'], {
    cwd: project,
    environment: { CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(context) },
    timeoutMilliseconds: 120_000,
  });
  // As long as the package and the synthesis may take on a busy machine.
}, 300_000);

test('an app that installs the package fits its declarations', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  expect(await run(process.execPath, [tsc], { cwd: project, environment: {} })).toBe('');
});

test('it synthesises the stacks as a checkout does, with the same code of functions', {
  timeout: 180_000,
}, async () => {
  // Given
  const outdir = join(folder, 'own');
  const own = new App({ outdir, analyticsReporting: false, context });
  addStage(own, config, 'production');
  // When
  own.synth();
  // Then: an asset's name is the hash of its files
  for (const stack of ['Links-production-State', 'Links-production']) {
    const name = `${stack}.template.json`;
    const [synthesised, expected] = [await readJson(join(assembly, name)), await readJson(join(outdir, name))];
    expect(Object.keys(expected.Resources).length).toBeGreaterThan(10);
    expect(synthesised.Resources).toEqual(expected.Resources);
    expect(synthesised.Outputs).toMatchObject(expected.Outputs ?? {});
  }
});

test('it ends with the message alone, if it refuses what it was given', async () => {
  // Given a context that is neither true nor left out, and a CDK that wants an assembly
  const environment = { CDK_OUTDIR: join(folder, 'refused'), CDK_CONTEXT_JSON: JSON.stringify({ first: 'maybe' }) };
  // When
  const refused = run(process.execPath, ['app.ts'], { cwd: project, environment });
  // Then
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stderr: '-c first: must be true, or left out after the first deployment; got maybe\n',
  });
});

test('its pipeline makes a link', async () => {
  // Given
  const pipeline = chosenPipeline(config, 'production');
  const token = 'token-of-the-test';
  const api = await startOneLinkApi({ settings: emulatorSettings(pipeline, token) });
  onTestFinished(() => api.close());
  const { cloud, send, openOutcomes } = await startPipeline(pipeline, {
    assemblyDirectory: assembly,
    workDirectory: join(folder, 'work'),
    environmentOverrides: { API_BASE_URL: apiAddress(api.origin, pipeline.account) },
    secretValues: { ApiToken: token },
    fireSchedulesAtStart: true,
  });
  onTestFinished(() => cloud.stop());
  const outcomes = await openOutcomes();
  onTestFinished(() => outcomes.close());
  // When
  const command = {
    specVersion: '1.0',
    source: 'shop',
    requestId: 'order-1',
    action: 'create',
    requestedAt: '2026-01-02T03:04:05Z',
    onelinkId: 'A1b3',
    data: { pid: 'sms' },
  };
  const message = { body: JSON.stringify(command) };
  await send(
    'transactional',
    [message],
    () => 'shop',
    () => {},
  );
  const received: unknown[] = [];
  const settled = new AbortController();
  await outcomes.listen(
    (outcome) => {
      received.push([outcome.requestId, outcome.outcome]);
      settled.abort();
      return true;
    },
    AbortSignal.any([settled.signal, AbortSignal.timeout(30_000)]),
  );
  // Then
  expect(received).toEqual([['order-1', 'created']]);
});

test('its command line reads the configuration that ONELINK_CONFIG names, and asks for it otherwise', async () => {
  const onelink = (environment: Record<string, string>, ...words: string[]) =>
    run(process.execPath, ['node_modules/onelink-pipeline/bin/onelink.mjs', ...words], { cwd: project, environment });
  const planned = await onelink({ ONELINK_CONFIG: 'onelink.config.ts' }, 'plan', '--links', '100');
  expect(planned).toContain('transactional');
  await expect(onelink({}, 'plan', '--links', '100')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('set ONELINK_CONFIG to the file that exports the configuration of your app'),
  });
});
