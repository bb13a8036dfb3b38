import { describe, expect, it } from 'vitest';
import { apiErrorOf, type Meaning, meaningOf } from '../../../../../lambdas/domain/onelink/failure-table.ts';
import { type Operation, operations } from '../../../../../lambdas/domain/onelink/operation.ts';

type Row = [answer: string, meaning: Meaning];

const write: Row[] = [
  ['200', 'ok'],
  ['400 invalid_parameter', 'permanent'],
  ['400 invalid_source', 'permanent'],
  ['400 internal_error', 'ambiguous'],
  ['401 authentication_failure', 'account-blocked'],
  ['403 feature_not_enabled', 'account-blocked'],
  ['429 rate_limit_exceeded', 'slow-down'],
  ['429 quota_exceeded', 'quota-spent'],
];
const dataWrite: Row[] = [
  ...write,
  ['400 limit_exceeded', 'permanent'],
  ['401 wrong_brand_domain', 'permanent'],
  ['403 wrong_brand_domain', 'permanent'],
];
const documented: Record<Operation, Row[]> = {
  create: [...dataWrite, ['404 invalid_parameter', 'permanent'], ['409 invalid_parameter', 'exists']],
  update: [...dataWrite, ['404 invalid_parameter', 'absent']],
  delete: [...write, ['404 invalid_parameter', 'absent']],
  read: [
    ['200', 'ok'],
    ['400 invalid_source', 'permanent'],
    ['401 authentication_failure', 'account-blocked'],
    ['404 invalid_parameter', 'absent'],
  ],
  qr: [
    ['200', 'ok'],
    ['400 invalid_source', 'permanent'],
    ['400 invalid_parameter', 'permanent'],
    ['400 qr_error', 'transient'],
    ['401 authentication_failure', 'account-blocked'],
    ['404 invalid_parameter', 'absent'],
    ['429 rate_limit_exceeded', 'slow-down'],
  ],
  quota: [['200', 'ok']],
};

function resultOf(answer: string) {
  const [status, error_type] = answer.split(' ');
  return { status: Number(status), body: error_type === undefined ? {} : { error_type, message: 'any' } };
}

describe.each(operations)('a documented answer to %s', (operation) => {
  it.each(documented[operation])('%s means %s', (answer, meaning) => {
    expect(meaningOf(operation, resultOf(answer))).toBe(meaning);
  });
});

describe('a call without an answer', () => {
  it.each(['create', 'update', 'delete'] as const)('may have been applied if it was a %s', (operation) => {
    expect(meaningOf(operation, { unanswered: 'reset' })).toBe('ambiguous');
    expect(meaningOf(operation, { unanswered: 'timeout' })).toBe('ambiguous');
  });

  it.each(['read', 'qr', 'quota'] as const)('changed nothing if it was a %s', (operation) => {
    expect(meaningOf(operation, { unanswered: 'reset' })).toBe('transient');
    expect(meaningOf(operation, { unanswered: 'timeout' })).toBe('transient');
  });

  it.each(operations)('changed nothing if no byte was sent: %s', (operation) => {
    expect(meaningOf(operation, { unanswered: 'not-sent' })).toBe('transient');
  });
});

describe('an undocumented answer', () => {
  it.each([500, 502, 503, 504, 408, 425, 201, 204, 302])('of status %i leaves a write ambiguous', (status) => {
    expect(meaningOf('create', { status, body: '' })).toBe('ambiguous');
    expect(meaningOf('delete', { status, body: '' })).toBe('ambiguous');
    expect(meaningOf('read', { status, body: '' })).toBe('transient');
  });

  it('is the API’s failure, not the request’s, if a GET gets internal_error', () => {
    const result = { status: 400, body: { error_type: 'internal_error', message: 'Failed' } };
    expect(meaningOf('read', result)).toBe('transient');
    expect(meaningOf('qr', result)).toBe('transient');
    expect(meaningOf('quota', result)).toBe('transient');
  });

  it.each([400, 402, 405, 410, 413, 422])('of status %i is permanent', (status) => {
    expect(meaningOf('update', { status, body: '' })).toBe('permanent');
  });

  it('of status 429 is a spent quota or a rate limit, by its text', () => {
    expect(meaningOf('read', { status: 429, body: 'Monthly Quota Exceeded.' })).toBe('quota-spent');
    expect(meaningOf('create', { status: 429, body: { code: 'x', details: 'monthly QUOTA' } })).toBe('quota-spent');
    expect(meaningOf('read', { status: 429, body: '<html>Too many requests</html>' })).toBe('slow-down');
    expect(meaningOf('update', { status: 429, body: null })).toBe('slow-down');
  });

  it('of status 401 or 403 blocks the account, unless it concerns the brand domain', () => {
    expect(meaningOf('quota', { status: 401, body: 'no' })).toBe('account-blocked');
    expect(meaningOf('read', { status: 403, body: '<html>Forbidden</html>' })).toBe('account-blocked');
    expect(meaningOf('qr', { status: 403, body: { error_type: 'wrong_brand_domain' } })).toBe('permanent');
  });

  it('of status 404 concerns the template of a create, and the link of other calls', () => {
    expect(meaningOf('create', { status: 404, body: 'Not Found' })).toBe('permanent');
    expect(meaningOf('delete', { status: 404, body: 'Not Found' })).toBe('absent');
    expect(meaningOf('read', { status: 404, body: 'Not Found' })).toBe('absent');
  });

  it('of status 409 is a taken ID for a create, and transient for other calls', () => {
    expect(meaningOf('create', { status: 409, body: '"Shortlink ID already in use"' })).toBe('exists');
    expect(meaningOf('update', { status: 409, body: '' })).toBe('transient');
  });
});

describe('the error in an answer', () => {
  it.each([
    [
      { error_type: 'Quota_Exceeded', message: 'Monthly Quota' },
      { type: 'quota_exceeded', message: 'monthly quota' },
    ],
    [
      { 'error-type': 'qr_error', message: 'A' },
      { type: 'qr_error', message: 'a' },
    ],
    [
      { code: 'internal_error', details: 'B' },
      { type: 'internal_error', message: 'b' },
    ],
    [
      { error_type: 'first', code: 'second', message: 'm', details: 'd' },
      { type: 'first', message: 'm' },
    ],
    ['Not Found', { type: '', message: 'not found' }],
    [
      { error_type: 7, message: {} },
      { type: '', message: '' },
    ],
    [null, { type: '', message: '' }],
    [undefined, { type: '', message: '' }],
    [42, { type: '', message: '' }],
  ])('%j is read in each published format', (body, error) => {
    expect(apiErrorOf(body)).toEqual(error);
  });
});
