import { expect, test } from 'vitest';
import { queryParameters, requestTarget } from '../../../../../local/cloud/api-gateway/request-target.ts';

test('a target has a stage, a path and a query', () => {
  expect(requestTarget('/live/v1/a%2Fb?x=1?y')).toEqual({
    stage: 'live',
    path: '/v1/a%2Fb',
    fullPath: '/live/v1/a%2Fb',
    query: 'x=1?y',
  });
  expect(requestTarget('http://example.com:80/live/v1')).toMatchObject({ stage: 'live', path: '/v1' });
  expect(requestTarget('http://example.com?a')).toMatchObject({ stage: '', path: '/', query: 'a' });
  expect(requestTarget('//live///v1//a/')).toMatchObject({ stage: 'live', path: '/v1//a/' });
  expect(requestTarget('/live')).toMatchObject({ stage: 'live', path: '/' });
});

test('what is no path, or has an invalid escape, is no target', () => {
  expect(['', '*', 'live/v1', 'ftp://a/live', '/live/%', '/live/%2', '/live/%zz'].map(requestTarget)).toEqual(
    Array(7).fill(undefined),
  );
});

test('query parameters are decoded like a form, and keep each value', () => {
  expect([...queryParameters('a=1&a=%C3%A9+x&b&__proto__=c&%zz=%')]).toEqual([
    ['a', ['1', 'é x']],
    ['b', ['']],
    ['__proto__', ['c']],
    ['%zz', ['%']],
  ]);
});
