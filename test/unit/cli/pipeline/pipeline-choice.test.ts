import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChosenPipeline } from '../../../../cli/pipeline/pipeline-choice.ts';
import { OperatorError } from '../../../../cli/words/operator-error.ts';
import { config as twoBrands } from '../../../../examples/two-brands.ts';
import { config } from '../../../../lib/config/chosen-config.ts';
import { onelink } from '../in-process.ts';

const pipeline = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
const { producers } = pipeline;
// Both stages of the sample share their producers, so a test spoils a copy.
beforeEach(() => void Object.assign(pipeline, { producers: structuredClone(producers) }));
afterEach(() => void Object.assign(pipeline, { producers }));

const faulty: [string, () => void, string][] = [
  [
    'a senderId of two producers',
    () => {
      const [crm, , studio] = pipeline.producers;
      const senderId = 'AROAEXAMPLEOFCRMROLE1';
      for (const one of [crm, studio]) {
        Object.assign(one ?? {}, { principals: [{ role: `arn:aws:iam::111122223333:role/${one?.source}`, senderId }] });
      }
    },
    'senderId',
  ],
  [
    'a URL in place of a host',
    () => Object.assign(pipeline.producers[0] ?? {}, { policy: { mode: 'enforce', hosts: ['https://acme.example'] } }),
    'hosts[0]',
  ],
  ['a source that is not a name', () => Object.assign(pipeline.producers[0] ?? {}, { source: 'a b' }), 'source'],
];

describe('a configuration that cannot work', () => {
  test.each(faulty)('is refused with its faults by what needs it: %s', (_, spoil, path) => {
    spoil();
    const choice = new ChosenPipeline({});
    expect(() => choice.configuredFor('rates')).toThrow(OperatorError);
    expect(() => choice.configuredFor('rates')).toThrow(/^The configuration \(\S+\) cannot work:\n/);
    expect(() => choice.configuredFor('rates')).toThrow(path);
  });

  test('ends plan and policy schema with 2, without a stack trace', async () => {
    faulty[1]?.[1]();
    for (const words of [
      ['plan', '--links', '10'],
      ['policy', 'schema', 'crm'],
    ]) {
      const { status, stdout, stderr } = await onelink(words);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('hosts[0]');
      expect(stderr).not.toContain('    at ');
    }
  });

  test('does not stop a verb that does not need it', () => {
    faulty[1]?.[1]();
    expect(new ChosenPipeline({}).stackName).toBe('OneLink-production');
  });
});

describe('the pipelines of a local run', () => {
  const run = {
    stackName: 'Acme-production',
    stackNames: ['Acme-production', 'Globex-production'],
    configuration: twoBrands,
    variables: {},
    accessKeys: [],
    oneLinkApi: { baseUrl: 'http://127.0.0.1:1' },
  };
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test('are chosen by --stack, the first by default', () => {
    expect(new ChosenPipeline({ local: true }, () => run).stackName).toBe('Acme-production');
    const other = new ChosenPipeline({ local: true, stack: 'Globex-production' }, () => run);
    expect(other.pipeline?.settings.name).toBe('Globex');
  });

  test('are named if --stack is none of them', () => {
    expect(() => new ChosenPipeline({ local: true, stack: 'OneLink-production' }, () => run)).toThrow(
      'The local run is Acme-production, Globex-production, not OneLink-production. Leave out --stack or --local.',
    );
  });
});
