import { describe, expect, it } from 'vitest';
import { faultOfApiError } from '../../../../../lambdas/domain/onelink/api-answer.ts';

const invalid = (message: string) => ({ error_type: 'invalid_parameter', message });
/** The fault of a 400 with that error. */
const faultAt = (path: string, message: string) => ({ path, rule: 'api-400-invalid-parameter', message });

describe("an API error in the pipeline's own words", () => {
  it.each([
    [400, 'limit_exceeded', 'api-400-limit-exceeded', 'the API reports that the data exceeds its limit'],
    [400, 'internal_error', 'api-400-internal-error', 'the API failed'],
    [401, 'authentication_failure', 'api-401-authentication-failure', 'the API refuses the token'],
    [429, 'quota_exceeded', 'api-429-quota-exceeded', 'the month’s quota is spent'],
    [404, 'invalid_parameter', 'api-404-invalid-parameter', 'the API has no such link or template'],
    [404, 'not_found', 'api-404', 'the API has no such link or template'],
  ])('%i %s', (status, error_type, rule, message) => {
    expect(faultOfApiError(status, { error_type, message: 'words of the API' })).toEqual({ path: '', rule, message });
  });

  it('contains only the status if the error is unknown', () => {
    const expected = { path: '', rule: 'api-418', message: 'the API answered with status 418' };
    expect(faultOfApiError(418, { error_type: 'teapot-of-jane', message: 'jane' })).toEqual(expected);
    expect(faultOfApiError(418, { error_type: 'constructor', message: 'jane' })).toEqual(expected);
    expect(faultOfApiError(418, 'jane@example.com')).toEqual(expected);
    expect(faultOfApiError(418, undefined)).toEqual(expected);
  });

  it('reports a missing answer', () => {
    const unanswered = { path: '', rule: 'api-unanswered', message: 'the API did not answer' };
    expect(faultOfApiError(undefined, undefined)).toEqual(unanswered);
  });
});

describe('an API error that names a parameter', () => {
  it('keeps the name and the reason, and drops the value', () => {
    const body = invalid("Parameter 'af_r' has an invalid value: 'badURL'. Reason: value should be a valid URL.");
    expect(faultOfApiError(400, body, { data: { pid: 'sms', af_r: 'badURL' } })).toEqual(
      faultAt('data.af_r', 'value should be a valid URL.'),
    );
  });

  it('uses the last reason if a value contains one', () => {
    const value = "x'. Reason: call 555-0100";
    const body = invalid(`Parameter 'c' has an invalid value: '${value}'. Reason: too long.`);
    expect(faultOfApiError(400, body, { data: { c: value } }).message).toBe('too long.');
  });

  it('drops the reason’s quotations, up to the last quotation mark', () => {
    const reason = (text: string) =>
      faultOfApiError(400, invalid(`Parameter 'c' has an invalid value: 'v'. Reason: ${text}`), { data: { c: 'v' } })
        .message;
    expect(reason("got 'jane', wanted text.")).toBe('got …, wanted text.');
    expect(reason('got "jane", wanted text.')).toBe('got …, wanted text.');
    expect(reason("got 'O'Brien 555-0100' instead.")).toBe('got … instead.');
  });

  const silent = faultAt('', 'the API reports that the request is invalid');

  it('does not name a parameter that the command lacks, since the name may be a value', () => {
    const body = invalid("Parameter 'jane@example.com' has an invalid value: 'x'. Reason: unknown.");
    expect(faultOfApiError(400, body, { data: { pid: 'sms' } })).toEqual(silent);
    const inherited = invalid("Parameter 'toString' has an invalid value: 'x'. Reason: unknown.");
    expect(faultOfApiError(400, inherited, { data: { pid: 'sms' } })).toEqual(silent);
  });

  it.each([
    ['as it was', 'Jane <Doe>', 'Jane <Doe> is no name'],
    ['in another case', 'Jane.Doe', 'jane.doe is no name'],
    ['as it was sent', 'Jane <Doe>', 'Jane %3CDoe%3E is no name'],
    ['as a URL writes it', 'jane@example.com', 'jane%40example.com is no name'],
  ])('drops the reason if it contains a value of the command, %s', (_, value, reason) => {
    const body = invalid(`Parameter 'c' has an invalid value: 'x'. Reason: ${reason}`);
    expect(faultOfApiError(400, body, { data: { c: 'x', af_sub1: value } })).toEqual({ ...silent, path: 'data.c' });
  });
});

describe('an API error about another field of the request', () => {
  const fields = (...names: [string, string][]) => ({ paths: new Map(names) });

  it.each([
    ['ttl', 'ttl'],
    ['renew_ttl', 'renewTtl'],
    ['brand_domain', 'brandDomain'],
    ['shortlink_id', 'shortlinkId'],
  ])('names the command’s field for %s', (name, path) => {
    const body = invalid(`Parameter '${name}' has an invalid value: 'x'. Reason: not today.`);
    expect(faultOfApiError(400, body, fields([name, path]))).toEqual(faultAt(path, 'not today.'));
    expect(faultOfApiError(400, body, { data: { pid: 'sms' } }).path).toBe('');
  });

  it('drops a reason that contains the sent value', () => {
    const body = invalid("Parameter 'shortlink_id' has an invalid value: 'x'. Reason: spring-sale is taken.");
    const asked = { ...fields(['shortlink_id', 'shortlinkId']), texts: ['spring-sale'] };
    expect(faultOfApiError(400, body, asked).message).toBe('the API reports that the request is invalid');
  });

  it('names the field that its type concerns', () => {
    const asked = fields(['data', 'data'], ['brand_domain', 'brandDomain']);
    expect(faultOfApiError(400, { error_type: 'limit_exceeded' }, asked).path).toBe('data');
    expect(faultOfApiError(403, { error_type: 'wrong_brand_domain' }, asked).path).toBe('brandDomain');
  });

  it('finds a parameter that was sent encoded', () => {
    const body = invalid("Parameter 'a%3Cb' has an invalid value: 'x'. Reason: odd name.");
    expect(faultOfApiError(400, body, { data: { 'a<b': 'x' } })).toMatchObject({ path: 'data.a<b' });
  });

  it.each([
    ['size', 'qr.size'],
    ['`size`', 'qr.size'],
    ['Format must be png', 'qr.format'],
    ['brand_domain', 'qr.brandDomain'],
    ['margin', 'qr'],
    ['4711', 'qr'],
  ])('names the refused option of a QR code: %s', (code, path) => {
    const options = fields(['size', 'qr.size'], ['format', 'qr.format'], ['brand_domain', 'qr.brandDomain']);
    const asked = { ...options, otherwise: 'qr' };
    expect(faultOfApiError(400, invalid(`Invalid QR parameter: ${code}`), asked)).toEqual(
      faultAt(path, 'the API refuses this option of the code'),
    );
  });
});
