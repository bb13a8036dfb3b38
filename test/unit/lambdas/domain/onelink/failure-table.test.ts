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
    expect(meaningOf(operation, resultOf(answer), 'v2.0')).toBe(meaning);
  });
});

describe('a call without an answer', () => {
  it.each([
    ['create', 'ambiguous'],
    ['update', 'ambiguous'],
    ['delete', 'ambiguous'],
    ['read', 'transient'],
    ['qr', 'transient'],
    ['quota', 'transient'],
  ] as const)('may have been applied unless it only reads: %s is %s', (operation, meaning) => {
    expect(meaningOf(operation, { unanswered: 'reset' }, 'v2.0')).toBe(meaning);
    expect(meaningOf(operation, { unanswered: 'timeout' }, 'v2.0')).toBe(meaning);
  });

  it.each(operations)('changed nothing if no byte was sent: %s', (operation) => {
    expect(meaningOf(operation, { unanswered: 'not-sent' }, 'v2.0')).toBe('transient');
  });
});

describe('an undocumented answer', () => {
  it.each([500, 502, 503, 504, 408, 425, 201, 204, 302])('of status %i leaves a write ambiguous', (status) => {
    expect(meaningOf('create', { status, body: '' }, 'v2.0')).toBe('ambiguous');
    expect(meaningOf('delete', { status, body: '' }, 'v2.0')).toBe('ambiguous');
    expect(meaningOf('read', { status, body: '' }, 'v2.0')).toBe('transient');
  });

  it.each([400, 402, 405, 410, 413, 422])('of status %i is permanent', (status) => {
    expect(meaningOf('update', { status, body: '' }, 'v2.0')).toBe('permanent');
  });

  const failed = { error_type: 'internal_error', message: 'Failed' };

  it.each<[reading: string, status: number, body: unknown, Operation[], Meaning]>([
    ['of status 400 for a GET, with internal_error', 400, failed, ['read', 'qr', 'quota'], 'transient'],
    ['of status 429 that names the quota', 429, 'Monthly Quota Exceeded.', ['read'], 'quota-spent'],
    ['of status 429 with details about the quota', 429, { details: 'monthly QUOTA' }, ['create'], 'quota-spent'],
    ['of status 429 with other words', 429, '<html>Too many requests</html>', ['read'], 'slow-down'],
    ['of status 429 without words', 429, null, ['update'], 'slow-down'],
    ['of status 401', 401, 'no', ['quota'], 'account-blocked'],
    ['of status 403', 403, '<html>Forbidden</html>', ['read'], 'account-blocked'],
    ['of status 403 about the brand domain', 403, { error_type: 'wrong_brand_domain' }, ['qr'], 'permanent'],
    ['of status 404 about the template of a create', 404, 'Not Found', ['create'], 'permanent'],
    ['of status 404 about the link of another call', 404, 'Not Found', ['delete', 'read'], 'absent'],
    ['of status 409 for a create, whose ID is taken', 409, '"Shortlink ID already in use"', ['create'], 'exists'],
    ['of status 409 for another call', 409, '', ['update'], 'transient'],
  ])('%s is classified', (_, status, body, asked, meaning) => {
    for (const operation of asked) expect(meaningOf(operation, { status, body }, 'v2.0'), operation).toBe(meaning);
  });
});

describe('the error in an answer', () => {
  it.each([
    [{ error_type: 'Quota_Exceeded', message: 'Monthly Quota' }, 'quota_exceeded', 'monthly quota'],
    [{ 'error-type': 'qr_error', message: 'A' }, 'qr_error', 'a'],
    [{ code: 'internal_error', details: 'B' }, 'internal_error', 'b'],
    [{ error_type: 'first', code: 'second', message: 'm', details: 'd' }, 'first', 'm'],
    ['Not Found', '', 'not found'],
    [{ error_type: 7, message: {} }, '', ''],
    [null, '', ''],
    [undefined, '', ''],
    [42, '', ''],
  ])('%j is read in each published format', (body, type, message) => {
    expect(apiErrorOf(body)).toEqual({ type, message });
  });
});

const writeInV1: [text: string, status: number, meaning: Meaning][] = [
  ['Data sent exceeds limit', 400, 'permanent'],
  ['Invalid/no data in request', 400, 'permanent'],
  ['Subdomain undefined / Invalid Shortlink ID', 400, 'permanent'],
  ['Authentication Failed', 401, 'account-blocked'],
  ['Monthly quota exceeded', 429, 'quota-spent'],
  ['Rate limit exceeded', 429, 'slow-down'],
  ['API call failed on throttle limit', 429, 'slow-down'],
];
const readInV1: typeof writeInV1 = [
  ['Subdomain undefined / Invalid Shortlink ID', 400, 'permanent'],
  ['Authentication Failed', 401, 'account-blocked'],
  ['Not Found', 404, 'absent'],
];

describe('an answer of version 1.0', () => {
  it.each<[Operation, string, number, Meaning]>([
    ...writeInV1.map((row): [Operation, string, number, Meaning] => ['create', ...row]),
    ['create', 'Shortlink ID already in use', 400, 'exists'],
    ['create', 'Shortlink ID already in use', 409, 'exists'],
    ['create', 'The ID already exists', 400, 'exists'],
    ['create', 'Bad request', 400, 'taken-or-invalid'],
    ['create', '<html></html>', 400, 'taken-or-invalid'],
    ['create', 'Failed to create shortlink.', 400, 'ambiguous'],
    ['create', 'Not Found', 404, 'permanent'],
    ['create', '', 409, 'exists'],
    ...writeInV1.map((row): [Operation, string, number, Meaning] => ['update', ...row]),
    ['update', 'Not Found', 404, 'absent'],
    ['update', 'Bad request', 400, 'permanent'],
    ['update', 'Shortlink ID already in use', 400, 'permanent'],
    ...writeInV1.map((row): [Operation, string, number, Meaning] => ['delete', ...row]),
    ['delete', 'Not Found', 404, 'absent'],
    ...readInV1.map((row): [Operation, string, number, Meaning] => ['read', ...row]),
    ['create', 'Internal server error', 500, 'ambiguous'],
    ['read', 'Internal server error', 500, 'transient'],
  ])('to %s, "%s" with status %i, means %s', (operation, body, status, meaning) => {
    expect(meaningOf(operation, { status, body }, 'v1.0')).toBe(meaning);
  });

  it.each(operations)('of status 200 means ok: %s', (operation) => {
    expect(meaningOf(operation, { status: 200, body: 'ok' }, 'v1.0')).toBe(operation === 'qr' ? 'transient' : 'ok');
  });
});
