import { dataOf } from '../../wire/api-writes.ts';
import type { HttpAnswer, HttpCall } from './caller.ts';

/** What a call and the call before it must have left. */
export interface Expected {
  /** `mark`: in the link's data. */
  links: { mark: string; version: number; hasCode: boolean }[];
  /** The recorded outcomes of its requests, in alphabetical order. */
  outcomes: string[];
}

/** A kind of call, and what each call of it must lead to. A label distinguishes one call and its repeats from others. */
export interface KindOfCall {
  name: string;
  /** The first part of its labels. */
  word: string;
  /** A call that comes first, and is not disturbed. */
  before?(label: string): HttpCall;
  call(label: string): HttpCall;
  /** What is the same in each answer to the call. */
  sameIn(answer: HttpAnswer): unknown;
  expected(label: string): Expected;
}

const onelinkId = 'A1b3';
const qr = { format: 'png', size: 120 };
export const waitSeconds = 10;
const wait = { prefer: `wait=${waitSeconds}` };

const create = (mark: string) => ({ action: 'create', onelinkId, data: dataOf(mark) });
const post = (label: string, body: object, headers: Record<string, string> = {}): HttpCall => ({
  method: 'POST',
  path: '/v1/commands',
  headers: { 'idempotency-key': label, ...headers },
  body,
});
const put = (label: string, mark: string, more: object = {}): HttpCall => ({
  method: 'PUT',
  path: `/v1/links/by-key/spring/${label}`,
  headers: wait,
  body: { onelinkId, data: dataOf(mark), ...more },
});
const get = (path: string): HttpCall => ({ method: 'GET', path: `/v1/${path}` });
const list = (label: string) =>
  [1, 2, 3].map((place) => ({ ...create(`${label}-${place}`), requestId: `${label}-${place}` }));

/** Each problem in a list names the call in which it occurred. */
const bodyOf = ({ text }: HttpAnswer) => text.replaceAll(/"instance":"[^"]*"/g, '"instance":"…"');
/** A repeat shows what it took: nothing. */
const linkOf = ({ text }: HttpAnswer) => JSON.stringify((JSON.parse(text) as { link?: unknown }).link);

const oneLink = (mark: string, { hasCode = false, version = 1, outcomes = ['created'] } = {}): Expected => ({
  links: [{ mark, version, hasCode }],
  outcomes,
});

export const kindsOfCalls: readonly KindOfCall[] = [
  {
    name: 'POST',
    word: 'post',
    call: (label) => post(label, create(label)),
    sameIn: bodyOf,
    expected: (label) => oneLink(label),
  },
  {
    name: 'POST, waiting',
    word: 'wait',
    call: (label) => post(label, create(label), wait),
    sameIn: bodyOf,
    expected: (label) => oneLink(label),
  },
  {
    name: 'POST with QR code, waiting',
    word: 'code',
    call: (label) => post(label, { ...create(label), qr }, wait),
    sameIn: bodyOf,
    expected: (label) => oneLink(label, { hasCode: true }),
  },
  {
    name: 'POST of a qr command',
    word: 'qr',
    before: (label) => post(`${label}-link`, { ...create(label), shortlinkId: label }, wait),
    call: (label) => post(label, { action: 'qr', onelinkId, shortlinkId: label, qr }, wait),
    sameIn: bodyOf,
    expected: (label) => oneLink(label, { hasCode: true, outcomes: ['created', 'qr-ready'] }),
  },
  {
    name: 'list, waiting',
    word: 'list',
    call: (label) => ({ method: 'POST', path: '/v1/commands', headers: wait, body: list(label) }),
    sameIn: bodyOf,
    expected: (label) => ({
      links: [1, 2, 3].map((place) => ({ mark: `${label}-${place}`, version: 1, hasCode: false })),
      outcomes: ['created', 'created', 'created'],
    }),
  },
  {
    name: 'list, partial',
    word: 'partial',
    call: (label) => ({
      method: 'POST',
      path: '/v1/commands?partial=true',
      body: list(label).map((command, place) => (place === 1 ? { ...command, data: {} } : command)),
    }),
    sameIn: bodyOf,
    expected: (label) => ({
      links: [1, 3].map((place) => ({ mark: `${label}-${place}`, version: 1, hasCode: false })),
      outcomes: ['created', 'created'],
    }),
  },
  {
    name: 'PUT, create',
    word: 'create',
    call: (label) => put(label, label),
    sameIn: linkOf,
    expected: (label) => oneLink(label),
  },
  {
    name: 'PUT with QR code',
    word: 'image',
    call: (label) => put(label, label, { qr }),
    sameIn: linkOf,
    expected: (label) => oneLink(label, { hasCode: true }),
  },
  {
    name: 'PUT, update',
    word: 'update',
    before: (label) => put(label, label),
    call: (label) => put(label, `${label}-new`),
    sameIn: linkOf,
    expected: (label) => oneLink(`${label}-new`, { version: 2, outcomes: ['created', 'updated'] }),
  },
  {
    name: 'PUT, unchanged',
    word: 'same',
    before: (label) => put(label, label),
    call: (label) => put(label, label),
    sameIn: bodyOf,
    expected: (label) => oneLink(label),
  },
  {
    name: 'GET of a request',
    word: 'request',
    before: (label) => post(label, create(label), wait),
    call: (label) => get(`requests/${label}`),
    sameIn: bodyOf,
    expected: (label) => oneLink(label),
  },
  {
    name: 'GET of a link',
    word: 'link',
    before: (label) => post(label, { ...create(label), shortlinkId: label }, wait),
    call: (label) => get(`links/${onelinkId}/${label}`),
    sameIn: bodyOf,
    expected: (label) => oneLink(label),
  },
  {
    name: 'GET of a QR code',
    word: 'picture',
    before: (label) => post(label, { ...create(label), shortlinkId: label, qr }, wait),
    call: (label) => get(`links/${onelinkId}/${label}/qr`),
    sameIn: bodyOf,
    expected: (label) => oneLink(label, { hasCode: true }),
  },
];

/** Calls that wait at the same time, after all others. */
export const lastCall: KindOfCall = {
  name: 'the last calls',
  word: 'last',
  call: (label) => post(label, create(label), wait),
  sameIn: bodyOf,
  expected: (label) => oneLink(label),
};

export const labelOf = ({ word }: KindOfCall, number: number) => `${word}-${String(number).padStart(4, '0')}`;
