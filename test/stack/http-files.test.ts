import { expect, test } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { filesOfHttpApi } from '../../lib/constructs/http-functions.ts';
import { openApiDocument } from '../../schemas/openapi/document.ts';

test('the function of the HTTP API ships the rules of its producers, and the OpenAPI document', () => {
  const settings = config.stages.production?.pipelines[0] ?? expect.fail('the sample has no pipeline');
  const files = filesOfHttpApi(settings);
  expect(Object.keys(files).sort()).toEqual(['http-rules.json', 'openapi.json']);
  expect(JSON.parse(files['openapi.json'] ?? '')).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  expect(Buffer.byteLength(files['openapi.json'] ?? '')).toBeLessThan(70_000);
});
