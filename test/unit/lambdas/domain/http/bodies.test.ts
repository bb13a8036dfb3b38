import { describe, expect, it } from 'vitest';
import { problemSchema } from '../../../../../lambdas/domain/http/answers.ts';
import { elementsOf } from '../../../../../lambdas/domain/http/json-list.ts';
import { pointerOf } from '../../../../../lambdas/domain/http/pointers.ts';
import { problemBody } from '../../../../../lambdas/domain/http/problem.ts';
import { type ProblemName, problemTypes } from '../../../../../lambdas/domain/http/problems.ts';
import { placesIn, secondsUntil } from '../../../../../lambdas/domain/http/rate.ts';
import { claimedAs, type HttpRecord } from '../../../../../lambdas/domain/http/record.ts';

describe('JSON Pointers', () => {
  it.each([
    ['', undefined, '#'],
    ['', 3, '#/3'],
    ['ttl', undefined, '#/ttl'],
    ['qr.size', undefined, '#/qr/size'],
    ['data', 0, '#/0/data'],
    ['data.pid', 0, '#/0/data/pid'],
    ['data.utm.source', undefined, '#/data/utm.source'],
    ['metadata.a/b~c', undefined, '#/metadata/a~1b~0c'],
    ['data.ü ?#%', undefined, '#/data/%C3%BC%20%3F%23%25'],
    ['data.a\nb', undefined, '#/data/a%0Ab'],
    ['data.half \ud83d', undefined, '#/data/half%20%EF%BF%BD'],
    ['data.$x', undefined, '#/data/$x'],
  ])('%j at %s is %s', (path, index, pointer) => {
    expect(pointerOf(path, index)).toBe(pointer);
  });
});

describe('the elements of a list', () => {
  it.each([
    ['[]', []],
    [' [ ] ', []],
    ['[1]', ['1']],
    ['[1 , "a,]\\"[" ,\n{"b":[2,{"c":"}"}]},[3]]', ['1', '"a,]\\"["', '{"b":[2,{"c":"}"}]}', '[3]']],
    ['["\\\\",{"a":1.0}]', ['"\\\\"', '{"a":1.0}']],
  ])('of %s', (text, elements) => {
    JSON.parse(text);
    expect(elementsOf(text)).toEqual(elements);
  });
});

describe('problems', () => {
  const place = { base: 'https://api.example/live', callId: '7f3c' };

  it.each(Object.keys(problemTypes) as ProblemName[])('%s has a body of its form', (name) => {
    const body = problemBody(name, {}, place);
    expect(problemSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({ type: `https://api.example/live/problems#${name}`, instance: 'urn:uuid:7f3c' });
    expect(body.detail).toMatch(/\.$/);
    expect(body.detail).not.toContain('`');
  });
});

describe('the rate', () => {
  it('has the places of three seconds: the one before, this one and the next', () => {
    expect(placesIn(10, 20)).toEqual({ perSecond: 20, from: 180, until: 220 });
  });

  it.each([
    [220, 1],
    [239, 1],
    [240, 2],
    [319, 5],
  ])('with place %i next, a call in second 10 comes again after %i s', (place, seconds) => {
    expect(secondsUntil(place, 10, 20)).toBe(seconds);
  });
});

describe('the record of a key', () => {
  const record: HttpRecord = {
    source: 'crm',
    requestId: 'r-1',
    commandDigest: 'mine',
    lane: 'campaign',
    messageId: 'm-1',
    claimedAt: 50_000,
    expiresAt: 1_000_000,
  };
  const note = (state: 'parked' | 'rejected') => ({ waiting: { state, at: 60_000 } });

  it.each([
    ['running', {}, 'mine', 59_999],
    ['crashed', {}, 'mine', 60_000],
    ['running', { sentAt: 50_100 }, 'mine', 900_000],
    ['running', note('parked'), 'mine', 900_000],
    ['ended', note('rejected'), 'mine', 60_000],
    ['ended', note('rejected'), 'other', 60_000],
    ['reused', {}, 'other', 59_999],
    ['abandoned', {}, 'other', 60_000],
    ['reused', { sentAt: 50_100 }, 'other', 900_000],
    ['crashed', { claimedAt: 0 }, 'mine', 50_001],
  ] as const)('stands as %s with %j', (stands, change, digest, now) => {
    expect(claimedAs({ ...record, ...change }, digest, now)).toBe(stands);
  });
});
