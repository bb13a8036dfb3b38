import { expect, it } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import { keptRunWords } from '../../../../local/start/kept-run.ts';

const run = {
  stackName: 'OneLink-production',
  stackNames: ['OneLink-production'],
  configuration: config,
  variables: { AWS_ACCESS_KEY_ID: 'local' },
  accessKeys: [],
  outputs: {},
  httpCalls: [],
  oneLinkApi: { origin: 'http://127.0.0.1:1', baseUrl: 'http://127.0.0.1:1/api/v2.0', token: 't' },
};

it('a kept run prints the access key of each producer whose commands it would otherwise hold', () => {
  const keys = keptRunWords(run, 'commands.ndjson').filter((line) => line.includes('AWS_ACCESS_KEY_ID='));
  expect(keys).toEqual([
    '  export AWS_ACCESS_KEY_ID=local',
    '  export AWS_ACCESS_KEY_ID=producer-crm',
    '  export AWS_ACCESS_KEY_ID=producer-product',
    '  export AWS_ACCESS_KEY_ID=producer-studio',
  ]);
});

it('a kept run prints a call of each HTTP API', () => {
  const printed = (...httpCalls: string[]) => keptRunWords({ ...run, httpCalls }, 'commands.ndjson');
  const calls = ['curl -sS http://127.0.0.1:1/one/v1/commands', 'curl -sS http://127.0.0.1:1/other/v1/commands'];

  expect(printed(...calls).filter((line) => line.includes('curl -sS'))).toEqual(calls.map((call) => `  ${call}`));
  expect(printed()).toHaveLength(printed(...calls).length - 2);
});

it('a kept run prints both keys of each caller that has one policy', () => {
  const printed = keptRunWords({ ...run, accessKeys: ['local-reader'] }, 'commands.ndjson');

  expect(printed).toContain('  export AWS_ACCESS_KEY_ID=local-reader AWS_SECRET_ACCESS_KEY=local-reader');
});

it('a kept run prints how to reach its other pipelines', () => {
  const printed = keptRunWords({ ...run, stackNames: ['OneLink-production', 'Globex-production'] }, 'commands.ndjson');

  expect(printed.filter((line) => line.includes('--stack'))).toEqual([
    '  npx onelink status --local --stack Globex-production',
  ]);
});
