import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { PipelineStack } from '../../lib/stacks/pipeline-stack.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { synthesize } from '../../lib/stacks/synthesis.ts';
import { emptyApp } from './configured-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'onelink-synthesis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const production = config.stages.production ?? expect.fail('the sample has no production');
const pipeline = production.pipelines[0] ?? expect.fail('the sample has no pipeline');

/** The sample with so many producers, each with a queue of its outcomes, on two lanes in turn. */
function appOf(count: number) {
  const producers = Array.from({ length: count }, (_, index) => ({
    source: `producer-${String(index).padStart(3, '0')}`,
    principals: [{ role: `arn:aws:iam::111122223333:role/p${index}` }],
    outcomeQueue: true,
    lanes: [index % 2 === 0 ? 'campaign' : 'transactional'],
    templates: ['A1b3'],
  }));
  const stages = { production: { ...production, pipelines: [{ ...pipeline, producers }] } };
  const app = emptyApp();
  addStage(app, validateConfiguration({ ...config, stages }), 'production');
  return app;
}

function faultOf(app: ReturnType<typeof appOf>): string {
  try {
    synthesize(app);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.join('\n');
  }
}

/** Runs the app as the CDK starts it, with a configuration's file. */
const runApp = (file: string) =>
  promisify(execFile)(process.execPath, ['bin/app.ts'], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: {
      ...process.env,
      ONELINK_CONFIG: file,
      // With it, an app synthesises itself at its end.
      CDK_OUTDIR: join(folder, 'out'),
      CDK_CONTEXT_JSON: JSON.stringify({ stage: 'production', 'aws:cdk:bundling-stacks': [] }),
    },
  });

describe('a template that CloudFormation would refuse', () => {
  test('of too many resources is refused with its count and the settings', () => {
    expect(faultOf(appOf(28))).toBe('');
    expect(faultOf(appOf(29))).toBe(
      'producers: the template of OneLink-production may have 500 resources at most (CloudFormation); got 505. It has 2 lanes, ' +
        '29 outcomeQueue, 0 privateOutcomeQueue, 0 ingress queues (principals with an account or a service). ' +
        'Give fewer producers a queue, or move some producers or lanes to another pipeline of the stage.',
    );
  });

  test('of too many bytes is refused as well', () => {
    // Given a stack of few resources, and one text that is as long as a template may be
    const app = appOf(1);
    const stack = app.node.children.find((one) => one instanceof PipelineStack);
    stack?.addMetadata('text', 'x'.repeat(1_000_000));
    // When, then
    expect(faultOf(app)).toMatch(
      /^producers: the template of OneLink-production may have 1,000,000 bytes at most \(CloudFormation\); got 1,\d{3},\d{3}\. It has 2 lanes, 1 outcomeQueue, /,
    );
  });

  test('has no indentation that would count against the limit', () => {
    const [, stack] = appOf(1).synth().stacks;
    expect(JSON.stringify(stack?.template).length).toBeGreaterThan(100_000);
    expect(stack?.templateFullPath).toSatisfy((path: string) => !/^\s/m.test(readFileSync(path, 'utf8')));
  });
});

describe('the app ends with the message alone', () => {
  test('if a construct refuses the configuration half-way', async () => {
    // Given twenty-two producers with roles on one lane, which its worker cannot know all
    const file = join(folder, 'many-senders.ts');
    writeFileSync(
      file,
      `import { config as sample } from ${JSON.stringify(new URL('../../examples/configuration.ts', import.meta.url).href)};
const producers = Array.from({ length: 22 }, (_, index) => ({
  source: 'producer-' + String(index).padStart(3, '0'),
  principals: [{ role: 'arn:aws:iam::111122223333:role/p' + index, senderId: 'AROAEXAMPLE' + String(index).padStart(10, '0') }],
  lanes: ['campaign'],
  templates: ['A1b3'],
}));
const { production } = sample.stages;
export const config = { ...sample, stages: { production: { ...production, pipelines: [{ ...production.pipelines[0], producers }] } } };
`,
    );
    // When, then
    await expect(runApp(file)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^The configuration \(\S+many-senders\.ts\) cannot work:\n {2}producers: the environment of \S+ must be at most 4,096 bytes [^\n]+\n$/,
      ),
    });
  });

  test('if the configuration cannot be read', async () => {
    await expect(runApp(join(folder, 'absent.ts'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The configuration \(\S+absent\.ts\) cannot work:\n {2}there is no such file\n$/),
    });
  });
});
