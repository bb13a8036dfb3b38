import { expect, test } from 'vitest';
import type { Method } from '../../../../../local/cloud/api-gateway/rest-api.ts';
import { type ApiResource, match, methodOf } from '../../../../../local/cloud/api-gateway/routes.ts';

const method: Method = { authorization: 'NONE', authorizer: undefined, needsApiKey: false, integration: undefined };

function resource(path: string, methods: string[], ...children: ApiResource[]): ApiResource {
  const part = path.slice(path.lastIndexOf('/') + 1);
  return { id: path, path, part, methods: new Map(methods.map((name) => [name, method])), children };
}

const root = resource(
  '/',
  [],
  resource('/{proxy+}', ['ANY']),
  resource(
    '/v1',
    [],
    resource('/v1/{source}', [], resource('/v1/{source}/keys', ['GET'])),
    resource('/v1/links', ['GET'], resource('/v1/links/{id}', ['GET'])),
  ),
);

test('a fixed part goes before a parameter, and that before the rest of the path', () => {
  const found = (path: string) => {
    const { resource: { path: of } = {}, parameters } = match(root, path) ?? {};
    return of === undefined ? undefined : [of, parameters];
  };

  expect(found('/v1/links')).toEqual(['/v1/links', {}]);
  expect(found('/v1/links/a')).toEqual(['/v1/links/{id}', { id: 'a' }]);
  expect(found('/v1/links/keys')).toEqual(['/v1/links/{id}', { id: 'keys' }]);
  expect(found('/v1/crm/keys/')).toEqual(['/v1/{source}/keys', { source: 'crm' }]);
  // A path that leads nowhere further goes back
  expect(found('/v1/links/a/b')).toEqual(['/{proxy+}', { proxy: 'v1/links/a/b' }]);
  expect(found('/v1')).toEqual(['/{proxy+}', { proxy: 'v1' }]);
  expect(found('/v1//keys')).toEqual(['/{proxy+}', { proxy: 'v1//keys' }]);
  expect(found('/')).toBeUndefined();
});

test('ANY stands for the methods of API Gateway alone', () => {
  const any = resource('/a', ['ANY', 'GET']);
  expect(['GET', 'HEAD', 'OPTIONS', 'PATCH'].map((name) => methodOf(any, name) !== undefined)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['TRACE', 'CONNECT', 'ANY', 'get'].map((name) => methodOf(resource('/a', ['ANY']), name))).toEqual([
    undefined,
    undefined,
    method,
    undefined,
  ]);
});
