import { describe, expect, it } from 'vitest';
import { type Field, fieldOf } from '../../../../local/onelink-api/data/fields.ts';
import { checkedPayload } from '../../../../local/onelink-api/data/payload.ts';
import { ttlSeconds } from '../../../../local/onelink-api/data/ttl.ts';
import type { Settings } from '../../../../local/onelink-api/settings.ts';
import { defaultSettings } from '../../../../local/onelink-api/settings.ts';

const sent = (data: unknown): Field | undefined =>
  data === undefined ? undefined : { value: data, text: JSON.stringify(data) };
const refusalOf = (data: unknown, settings: Partial<Settings> = {}): string => {
  try {
    checkedPayload(sent(data), { ...defaultSettings, ...settings });
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
const refusalWith = (name: string, value: unknown) => refusalOf({ pid: 'sms', [name]: value });

describe('the rules of data', () => {
  it.each([
    ['af_sub1', 'x'.repeat(100)],
    ['c', ''],
    ['utm_mobile_number', ' 917416339521'],
    ['af_click_lookback', '1d'],
    ['af_click_lookback', '30d'],
    ['af_click_lookback', '23h'],
    ['af_viewthrough_lookback', '24h'],
    ['af_reengagement_window', '90d'],
    ['af_reengagement_window', '36h'],
    ['af_reengagement_window', 'lifetime'],
    ['is_retargeting', true],
    ['af_force_deeplink', 'false'],
    ['af_cost_currency', 'EUR'],
    ['af_cost_value', '0.1234'],
    ['af_cost_value', 3],
    ['af_r', 'https://www.acme.example/a?b=c'],
    ['af_dp', 'acme://offer/42'],
    ['af_dp', 'acme:'],
    ['af_dp', 'acme://'],
    ['af_channel', 'x'.repeat(20)],
    ['af_c_id', 'x'.repeat(24)],
    ['deep_link_value', '<offer>'],
    ['my_json', '{"a":[1,2]}'],
  ])('Given %s is %j, Then it is accepted', (name, value) => {
    expect(refusalWith(name, value)).toBe('accepted');
  });

  it.each([
    ['pid', 'a/b', 'value should not hold any of the characters / < > * & ? \\'],
    ['pid', ' sms', 'value should not start or end with a space'],
    ['pid', 'x'.repeat(151), 'value should not be longer than 150 characters'],
    ['c', 'spring ', 'value should not start or end with a space'],
    ['c', 'x'.repeat(101), 'value should not be longer than 100 characters'],
    ['af_prt', 'x'.repeat(51), 'value should not be longer than 50 characters'],
    ['af_channel', 'x'.repeat(21), 'value should not be longer than 20 characters'],
    ['af_sub5', 'x'.repeat(101), 'value should not be longer than 100 characters'],
    ['af_c_id', 'x'.repeat(25), 'value should not be longer than 24 characters'],
    ['af_sub_siteid', 'x'.repeat(51), 'value should not be longer than 50 characters'],
    ['af_cost_model', 'x'.repeat(21), 'value should not be longer than 20 characters'],
    ['af_og_title', 'x'.repeat(41), 'value should not be longer than 40 characters'],
    ['af_og_description', 'x'.repeat(301), 'value should not be longer than 300 characters'],
    ['af_click_lookback', '31d', 'value should be 1d-30d or 1h-23h'],
    ['af_click_lookback', '24h', 'value should be 1d-30d or 1h-23h'],
    ['af_viewthrough_lookback', '25h', 'value should be 1h-24h'],
    ['af_viewthrough_lookback', '1d', 'value should be 1h-24h'],
    ['af_reengagement_window', '91d', 'value should be 1d-90d, 1h-36h or lifetime'],
    ['af_reengagement_window', '37h', 'value should be 1d-90d, 1h-36h or lifetime'],
    ['is_retargeting', 'yes', 'value should be true or false'],
    ['af_param_forwarding', 1, 'value should be true or false'],
    ['af_cost_currency', 'EURO', 'value should be an ISO 4217 currency code'],
    ['af_cost_value', '0.12345', 'value should be digits with at most 4 decimals'],
    ['af_cost_value', '1,5', 'value should be digits with at most 4 decimals'],
    ['af_web_dp', 'http://acme.example', 'value should be an absolute https URL'],
    ['af_ios_url', 'https://acme.example/#top', 'value should not have a fragment'],
    ['af_og_image', 'badURL', 'value should be a valid URL'],
    ['af_r', 'https://acme.example/\r\nx: y', 'value should be a valid URL'],
    ['af_web_dp', 'https://acme.example/a b', 'value should be a valid URL'],
    ['af_dp', 'no-scheme', 'value should be a valid URI'],
    ['shortlink', 'x', 'parameter is not allowed in data'],
    ['ttl', '1d', 'parameter is not allowed in data'],
    ['brand_domain', 'x', 'parameter is not allowed in data'],
    ['', 'x', 'a parameter should have a name'],
  ])('Given %s is %j, Then the error names it and the reason: %s', (name, value, reason) => {
    expect(refusalWith(name, value)).toBe(`Parameter '${name}' has an invalid value: '${value}'. Reason: ${reason}.`);
  });

  it('Given the published example of a bad URL, Then the message is the published one', () => {
    expect(refusalWith('af_r', 'badURL')).toBe(
      "Parameter 'af_r' has an invalid value: 'badURL'. Reason: value should be a valid URL.",
    );
  });

  it.each([[{ nested: true }], [['list']], [null]])('Given a value is %j, Then it is refused', (value) => {
    expect(refusalWith('custom', value)).toContain('value should be a string, a number or a boolean');
  });

  it.each([[{}], [{ pid: '' }], [{ c: 'spring' }]])('Given %j, Then the error names the missing pid', (data) => {
    expect(refusalOf(data)).toBe("Parameter 'pid' has an invalid value: ''. Reason: the media source is mandatory.");
  });

  it.each([['[1]'], ['{'], [undefined], [7]])('Given data is %j, Then the error is that of an invalid body', (data) => {
    expect(refusalOf(data)).toBe('Generating shortlink failed, invalid request body');
  });

  const tooLong = 'Generating shortlink failed, data sent exceeds limit';
  const noFlag = expect.stringContaining('true or false');
  const byQueryString = { queryStringCounts: true };

  it.each<[string, Record<string, string>, Partial<Settings>, unknown]>([
    ['lengths are not enforced, a long value', { af_channel: 'x'.repeat(21) }, { enforceLengths: false }, 'accepted'],
    ['lengths are not enforced, a wrong format', { is_retargeting: 'no' }, { enforceLengths: false }, noFlag],
    // {"pid":"sms","x":"…"} has 20 characters around the value.
    ['JSON of 2,048 characters', { x: 'a'.repeat(2028) }, {}, 'accepted'],
    ['one character more', { x: 'a'.repeat(2029) }, {}, tooLong],
    ['a longer JSON and a higher limit', { x: 'a'.repeat(2029) }, { maxDataCharacters: 3000 }, 'accepted'],
    // A query string encodes this letter, but it counts as one character.
    ['2,048 characters of another script', { x: '春'.repeat(2028) }, {}, 'accepted'],
    ['one character of another script more', { x: '春'.repeat(2029) }, {}, tooLong],
    // pid=sms&x= has 10 characters; each ä becomes %C3%A4, six.
    ['2,048 characters of query string, which counts', { x: `${'ä'.repeat(339)}abcd` }, byQueryString, 'accepted'],
    ['one character of query string more', { x: `${'ä'.repeat(339)}abcde` }, byQueryString, tooLong],
    [
      'reserved names that are accepted',
      { ttl: '1d', brand_domain: 'x' },
      { reservedParameters: 'accept' },
      'accepted',
    ],
  ])('Given %s, Then the answer is as documented', (_, data, settings, answer) => {
    expect(refusalOf({ pid: 'sms', ...data }, settings)).toEqual(answer);
  });

  it('Given data as a JSON string, Then its size is that of the string as received', () => {
    // {"pid":"sms","x":"…"} has 20 characters around the value.
    const withBlanks = (blanks: number) => `{"pid":"sms",${' '.repeat(blanks)}"x":"${'a'.repeat(2000)}"}`;
    expect(refusalOf(withBlanks(28))).toBe('accepted');
    expect(refusalOf(withBlanks(29))).toBe('Generating shortlink failed, data sent exceeds limit');
  });

  it('Given a value that cannot become text, Then it is refused like any other object', () => {
    expect(refusalOf({ pid: 'p', x: { toString: null } })).toBe(
      `Parameter 'x' has an invalid value: '{"toString":null}'. Reason: value should be a string, a number or a boolean.`,
    );
  });

  it('Given data as a JSON string with blanks, Then the compact JSON is stored', () => {
    expect(checkedPayload(fieldOf('{ "pid": "sms",  "c": "<b>" }'), defaultSettings)).toBe('{"pid":"sms","c":"<b>"}');
  });
});

describe('the ttl', () => {
  it.each([
    ['10m', 600],
    ['20h', 72_000],
    ['14d', 1_209_600],
    ['7', 604_800],
    [7, 604_800],
    ['365d', 31_536_000],
    ['8760h', 31_536_000],
  ])('Given %j, Then it is %i seconds', (ttl, seconds) => {
    expect(ttlSeconds(fieldOf(ttl), defaultSettings)).toBe(seconds);
  });

  it.each([['366d'], ['8761h'], ['0d'], ['-1d'], ['1w'], ['1.5d'], [''], [true], [1.5]])(
    'Given %j, Then it becomes 31 days without an error, or a 400 with that setting',
    (ttl) => {
      expect(ttlSeconds(fieldOf(ttl), defaultSettings)).toBe(2_678_400);
      expect(() => ttlSeconds(fieldOf(ttl), { ...defaultSettings, outOfRangeTtl: 'refuse' })).toThrow(
        'Reason: value should be minutes, hours or days, at most 365d.',
      );
    },
  );

  it('Given null, Then it is refused, though other wrong values become 31 days', () => {
    expect(() => ttlSeconds(fieldOf(null), defaultSettings)).toThrow(
      "Parameter 'ttl' has an invalid value: 'null'. Reason: value should be minutes, hours or days, at most 365d.",
    );
  });

  it('Given the newer maximum, Then 730 days are accepted and 731 are refused', () => {
    const newer = { ...defaultSettings, maxTtlDays: 730 };
    expect(ttlSeconds(fieldOf('730d'), newer)).toBe(63_072_000);
    expect(ttlSeconds(fieldOf('731d'), newer)).toBe(2_678_400);
  });
});
