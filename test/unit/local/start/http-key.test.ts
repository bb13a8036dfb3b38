import { expect, test } from 'vitest';
import { config } from '../../../../examples/configuration.ts';
import { hashOfKey, keyForm, keysSecretSchema } from '../../../../lambdas/domain/http/keys.ts';
import { chosenPipeline } from '../../../../local/start/chosen-pipeline.ts';
import { curlWords, makeHttpKey } from '../../../../local/start/http-key.ts';

const pipeline = chosenPipeline(config, undefined);

test('a run makes a key for the first producer with the HTTP API, and a secret that knows it', () => {
  const made = makeHttpKey(pipeline, new Date('2026-11-27T12:00:00Z')) ?? expect.fail('no key');

  expect(made.source).toBe('crm');
  expect(made.key).toMatch(keyForm);
  expect(keysSecretSchema.parse(made.secret).keys).toEqual([
    {
      id: made.key.slice(4, 12),
      source: 'crm',
      sha256: hashOfKey(made.key),
      createdAt: '2026-11-27T12:00:00.000Z',
      label: 'local run',
    },
  ]);
  expect(makeHttpKey(pipeline, new Date())?.key).not.toBe(made.key);
});

test('without a producer that may have a key, there is none', () => {
  const producers = pipeline.settings.producers.map(({ http: _, ...producer }) => producer);

  expect(makeHttpKey({ settings: { ...pipeline.settings, producers } }, new Date())).toBeUndefined();
});

test('the run prints a call that creates a link of that producer', () => {
  const key = { source: 'crm', key: 'olp_k', secret: { keys: [] } };

  const words = curlWords(pipeline, key, 'http://127.0.0.1:1/live');

  expect(words).toBe(
    "curl -sS http://127.0.0.1:1/live/v1/commands -H 'Authorization: Bearer olp_k' -H 'Idempotency-Key: first' " +
      "-H 'Prefer: wait=10' -H 'Content-Type: application/json' -d '" +
      '{"action":"create","onelinkId":"A1b3","data":{"pid":"local_run","c":"made_commands","deep_link_value":"page-1"},' +
      '"ttl":"1d"}\'',
  );
});
