import { describe, expect, it } from 'vitest';
import {
  idempotencyKeyOf,
  isEncodedBody,
  isJsonBody,
  matchesNone,
  waitSecondsOf,
} from '../../../../../lambdas/domain/http/headers.ts';

describe('Idempotency-Key', () => {
  it.each([
    [['order-17'], 'order-17'],
    [['"order-17"'], 'order-17'],
    [['  "order-17"\t'], 'order-17'],
    [['"a\\"b\\\\c"'], 'a"b\\c'],
    [['"order-17";version=1'], 'order-17'],
    [['8e03978e-40d5-43dd-bc93-6894a57f9324'], '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    [['malformed'], 'malformed'],
    [['a,b'], 'a,b'],
    [['x'.repeat(128)], 'x'.repeat(128)],
  ])('%j is a key', (values, key) => {
    expect(idempotencyKeyOf(values)).toEqual({ key });
  });

  it.each([
    [['']],
    [['""']],
    [['"open']],
    [['"a" "b"']],
    [['"a", "b"']],
    [['two words']],
    [['"two words"']],
    [['"a\\n"']],
    [['ü']],
    [['a\u0000']],
    [['x'.repeat(129)]],
  ])('%j is malformed', (values) => {
    expect(idempotencyKeyOf(values)).toBe('malformed');
  });

  it.each([[['a', 'a']], [['a', 'b']]])('%j are several', (values) => {
    expect(idempotencyKeyOf(values)).toBe('several');
  });

  it('may be absent', () => {
    expect(idempotencyKeyOf([])).toBeUndefined();
  });
});

describe('Prefer', () => {
  it.each([
    [['wait=10'], 10],
    [['WAIT = 10'], 10],
    [['respond-async, wait=10'], 10],
    [['respond-async; x="a,wait=3", wait=10;y'], 10],
    [['respond-async', 'wait=10'], 10],
    [['wait="10"'], 10],
    [['wait=10, wait=20'], 10],
    [['wait=25'], 25],
    [['wait=26'], 25],
    [['wait=999999999'], 25],
    [['wait=99999999999999999999'], 25],
    [[`wait=${'9'.repeat(400)}`], 25],
    [['wait=0'], 0],
    [['wait'], 0],
    [['wait='], 0],
    [['wait=-1'], 0],
    [['wait=1.5'], 0],
    [['wait=ten'], 0],
    [['waiting=10'], 0],
    [['x="wait=10'], 0],
    [[''], 0],
    [[], 0],
  ])('%j waits %i seconds', (values, seconds) => {
    expect(waitSecondsOf(values)).toBe(seconds);
  });

  it('is read in time that grows with its length alone', () => {
    const hostile = `${' \t'.repeat(50_000)}"${'\\'.repeat(50_000)}`;
    const from = performance.now();
    waitSecondsOf([hostile]);
    idempotencyKeyOf([hostile]);
    idempotencyKeyOf([`"${'\\"'.repeat(50_000)}`]);
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});

describe('Content-Type', () => {
  it.each([
    [['application/json'], true],
    [['Application/JSON; charset=UTF-8'], true],
    [['application/json;charset="utf-8"; profile=x'], true],
    [['application/json; charset=iso-8859-1'], false],
    [['application/json; charset=utf-8; charset=latin1'], false],
    [['application/jsonx'], false],
    [['text/json'], false],
    [['application/x-www-form-urlencoded'], false],
    [['application/json', 'text/plain'], false],
    [['application/json, text/plain'], false],
    [[''], false],
    [[], false],
  ])('%j is JSON: %s', (values, expected) => {
    expect(isJsonBody(values)).toBe(expected);
  });
});

describe('Content-Encoding', () => {
  it.each([
    [['gzip'], true],
    [['identity, br'], true],
    [['identity', 'deflate'], true],
    [['Identity'], false],
    [[''], false],
    [[], false],
  ])('%j: the body is encoded: %s', (values, expected) => {
    expect(isEncodedBody(values)).toBe(expected);
  });
});

describe('If-None-Match', () => {
  it.each([
    [['"a"'], true],
    [['W/"a"'], true],
    [['"b", "a"'], true],
    [['*'], true],
    [['"b"'], false],
    [['a'], false],
    [[], false],
  ])('%j matches "a": %s', (values, expected) => {
    expect(matchesNone(values, '"a"')).toBe(expected);
  });
});
