import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dataAsSent,
  dataAsText,
  dataCharacters,
  dataFaults,
  encodeAngleBrackets,
  forbiddenParameters,
  parameterRules,
} from '../../../../../lambdas/domain/contract/link-data.ts';

const limit = { maxDataCharacters: 2_048 };
/** The faults of one parameter beside a valid `pid`, as `path rule`. */
const faultsOf = (name: string, value: unknown) =>
  dataFaults({ pid: 'sms', [name]: value }, limit).map(({ path, rule }) => `${path} ${rule}`);

const a = (length: number) => 'a'.repeat(length);

describe('the published lengths', () => {
  const published: Record<number, string[]> = {
    20: ['af_channel', 'af_cost_model'],
    24: ['af_c_id', 'af_adset_id', 'af_ad_id', 'af_ad_type', 'af_siteid'],
    40: ['af_og_title'],
    50: ['af_prt', 'af_sub_siteid'],
    100: ['c', 'af_adset', 'af_ad', 'af_keywords', 'af_sub1', 'af_sub2', 'af_sub3', 'af_sub4', 'af_sub5'],
    150: ['pid'],
    300: ['af_og_description'],
  };
  const rows = Object.entries(published).flatMap(([length, names]) =>
    names.map((name): [string, number] => [name, Number(length)]),
  );

  it.each(rows)('let %s have %i characters and no more', (name, length) => {
    expect(faultsOf(name, a(length))).toEqual([]);
    expect(faultsOf(name, a(length + 1))).toEqual([`data.${name} length`]);
  });

  it('do not exist for deep links, utm and custom parameters', () => {
    for (const name of ['deep_link_value', 'deep_link_sub10', 'utm_campaign', 'af_sub6', 'order', 'toString']) {
      expect(faultsOf(name, a(1_500)), name).toEqual([]);
    }
  });
});

describe('the published formats', () => {
  it.each<[name: string, good: unknown[], bad: unknown[]]>([
    ['pid', ['email', 'my source_1-x', 7], ['', ' sms', 'sms ', 'a/b', 'a<b', 'a>b', 'a*b', 'a&b', 'a?b', 'a\\b']],
    ['c', ['', 'spring sale', 'a/b&c'], [' spring', 'spring ', '\tspring']],
    ['af_click_lookback', ['1d', '9d', '30d', '1h', '23h'], ['0d', '31d', '24h', '0h', '7', '7D', '07d']],
    ['af_viewthrough_lookback', ['1h', '24h'], ['0h', '25h', '1d']],
    ['af_reengagement_window', ['1d', '90d', '1h', '36h', 'lifetime'], ['91d', '37h', '0d', 'Lifetime', '1w']],
    ['is_retargeting', ['true', 'false', true, false], ['', 'TRUE', 'yes', 1]],
    ['af_force_deeplink', [true], ['1']],
    ['af_param_forwarding', ['false'], ['no']],
    ['af_cost_currency', ['EUR', 'usd'], ['EU', 'EURO', '€', '']],
    ['af_cost_value', ['0', '1.5', '12.3456', 3, 0.25], ['', '1.23456', '.5', '5.', '1,5', '-1', -1]],
    [
      'af_r',
      ['https://example.com', 'https://example.com/a?b=c&d=https://e.f', 'HTTPS://example.com'],
      [
        'http://example.com',
        'https://',
        'https://a.b/#c',
        'https://a.b/c d',
        'example.com',
        '//a.b',
        '',
        'javascript:1',
      ],
    ],
    ['af_web_dp', ['https://a.b'], ['a.b']],
    ['af_ios_url', ['https://a.b'], ['app://a']],
    [
      'af_android_url',
      ['https://a.b', 'https://münchen.example/ü', 'https://a.b/<c>', 'https://[::1]/'],
      ['market://a'],
    ],
    ['af_ios_url', ['https://a.b:8443'], ['https://a.b:99999', 'https://[::1']],
    ['af_og_image', ['https://a.b/c.png'], ['/c.png']],
    [
      'af_dp',
      ['app://product/1', 'mailto:x', 'https://a.b', 'app:', 'app://'],
      ['product', '1app://x', 'app://a b', 'app: ', ':', ''],
    ],
  ])('of %s', (name, good, bad) => {
    for (const value of good) expect(faultsOf(name, value), String(value)).toEqual([]);
    for (const value of bad) expect(faultsOf(name, value), String(value)).toEqual([`data.${name} format`]);
  });
});

describe('the fault of a URL', () => {
  const url = 'must be an absolute https:// URL without a fragment';
  it.each([
    ['af_r', 'http://a.b', url],
    ['af_r', 'https://a.b/c d', `${url}; it holds a blank: write %20`],
    ['af_r', ' https://a.b', `${url}; it holds a blank: write %20`],
    ['af_web_dp', 'https://a.b/c\n', `${url}; it holds a line break`],
    ['af_ios_url', 'https://a.b/#c', `${url}; it holds a #: write %23, or leave the fragment out`],
    ['af_og_image', 'https://a.b:99999/', `${url}; its port is not 0 to 65535`],
    ['af_og_image', 'https://a.b:http', `${url}; its port is not 0 to 65535`],
    ['af_android_url', 'https://[::1', `${url}; its host is not valid`],
    ['af_dp', 'app://a b', 'must be a URI with a scheme (RFC 3986); it holds a blank: write %20'],
    ['af_dp', 'app://a\r\n', 'must be a URI with a scheme (RFC 3986); it holds a line break'],
    ['af_dp', 'product', 'must be a URI with a scheme (RFC 3986)'],
  ])('names the broken rule: %s %j', (name, value, message) => {
    expect(dataFaults({ pid: 'sms', [name]: value }, limit)).toEqual([
      { path: `data.${name}`, rule: 'format', message },
    ]);
  });
});

describe('a control character', () => {
  it.each(['\u0000', 'a\u0007b', '\u001b[1m', '\u007f', '\u0092'])(
    'is refused in a value and in a name: %j',
    (text) => {
      expect(faultsOf('x', text)).toEqual(['data.x control']);
      expect(faultsOf(text, 'x')).toEqual([`data.${text} control`]);
      expect(faultsOf('af_r', `https://a.b/${text}`)).toEqual(['data.af_r control']);
    },
  );

  it.each(['\t', '\n', '\r\n', 'two\nlines'])('is accepted if it is a tab or a line break: %j', (text) => {
    expect(faultsOf('af_og_description', text)).toEqual([]);
    expect(dataAsSent({ x: text })).toEqual({ x: text });
  });
});

describe('a refused parameter', () => {
  it.each(['shortlink', 'source_caller', 'onelink_id', 'af_qr', 'ttl', 'renew_ttl', 'brand_domain'])(
    'is %s',
    (name) => {
      expect(faultsOf(name, 'x')).toEqual([`data.${name} forbidden`]);
      expect(forbiddenParameters.has(name)).toBe(true);
    },
  );

  it.each([[null], [undefined], [{}], [['x']], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'has the value %j',
    (value) => {
      expect(faultsOf('af_sub1', value)).toEqual(['data.af_sub1 type']);
    },
  );

  it('has an empty name', () => {
    expect(faultsOf('', 'x')).toEqual(['data. name']);
  });
});

describe('the data as a whole', () => {
  it('must have a pid', () => {
    expect(dataFaults({ c: 'spring' }, limit)).toEqual([
      { path: 'data.pid', rule: 'required', message: 'the media source is mandatory' },
    ]);
  });

  it('gets all its faults at once', () => {
    const rules = dataFaults({ c: ' x', ttl: '1d', af_prt: a(51), is_retargeting: 'no' }, limit);
    expect(rules.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      'data.c format',
      'data.ttl forbidden',
      'data.af_prt length',
      'data.is_retargeting format',
      'data.pid required',
    ]);
  });

  it('may have as many characters of JSON as the API accepts', () => {
    // {"pid":"sms","x":"…"} is 20 characters of JSON without the value.
    expect(dataFaults({ pid: 'sms', x: a(2_028) }, limit)).toEqual([]);
    expect(dataFaults({ pid: 'sms', x: a(2_029) }, limit)).toEqual([
      {
        path: 'data',
        rule: 'payload-length',
        message:
          'must not exceed 2048 characters as JSON; it has 2049 (each value as text in quotes, < and > as three, an escape such as \\n as two)',
      },
    ]);
  });

  it('is measured as the JSON that is sent, in every script', () => {
    expect(dataCharacters({ pid: 'sms' })).toBe(13);
    // {"pid":"a>"} is sent as {"pid":"a%3E"}.
    expect(dataCharacters({ pid: 'a>' })).toBe(14);
    expect(dataCharacters({ pid: 'ééééé' })).toBe(15);
    // {"pid":"sms","c":"…"} is 20 characters without the value; as a query string these are six to nine times as long.
    for (const letter of ['春', 'ر', 'Ж']) {
      expect(dataFaults({ pid: 'sms', x: letter.repeat(2_028) }, limit)).toEqual([]);
      expect(dataFaults({ pid: 'sms', x: letter.repeat(2_029) }, limit)).toHaveLength(1);
    }
  });

  it('is also measured as a query string if the account requires it', () => {
    const both = { ...limit, queryStringCounts: true };
    // pid=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9 against {"pid":"ééééé"}.
    expect(dataCharacters({ pid: 'ééééé' }, true)).toBe(34);
    // pid=sms&x= has 10 characters; each ä becomes %C3%A4, six.
    expect(dataFaults({ pid: 'sms', x: `${'ä'.repeat(339)}abcd` }, both)).toEqual([]);
    expect(dataFaults({ pid: 'sms', x: `${'ä'.repeat(339)}abcde` }, both)).toEqual([
      {
        path: 'data',
        rule: 'payload-length',
        message:
          'must not exceed 2048 characters as JSON or as a query string; it has 2049 (each value as text in quotes, < and > as three, an escape such as \\n as two)',
      },
    ]);
  });

  it.each([
    ['a<', 'a%3C'],
    ['a%3c', 'a<'],
    ['a%3c', 'a%3C'],
    ['<a>', '%3Ca%3e'],
  ])('must not name one parameter in two ways: %s and %s', (one, other) => {
    const faults = dataFaults({ pid: 'sms', [one]: 'x', [other]: 'y' }, limit);
    expect(faults.map(({ path, rule }) => `${path} ${rule}`)).toEqual([`data.${other} name`]);
  });

  it('may have names that differ only in case, spaces or Unicode form, which stay unchanged', () => {
    const data = {
      pid: 'sms',
      a: '1',
      A: '2',
      'a ': '3',
      caf\u00e9: '4',
      'cafe\u0301': '5',
      constructor: '6',
      toString: '7',
    };
    expect(dataFaults(data, limit)).toEqual([]);
    expect(dataAsSent(dataAsText(data))).toEqual(data);
  });

  it('counts an angle bracket as the three characters that are sent', () => {
    expect(dataFaults({ pid: 'sms', c: '<'.repeat(33) }, limit)).toEqual([]);
    expect(dataFaults({ pid: 'sms', c: '<'.repeat(34) }, limit)).toEqual([
      { path: 'data.c', rule: 'length', message: 'must not be longer than 100 characters; < and > count three' },
    ]);
  });

  it('is refused for a hostile length without matching any pattern', () => {
    const startedAt = performance.now();
    const faults = dataFaults({ pid: 'sms', af_r: `https://a${a(200_000)}#`, c: `x${' '.repeat(200_000)}` }, limit);
    expect(faults.map(({ rule }) => rule)).toEqual(['length', 'payload-length']);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('the data as sent', () => {
  it('encodes angle brackets in names and values, and changes nothing else', () => {
    expect(dataAsSent({ pid: 'sms', 'a<b>': '<x> & "y" +/?#%20' })).toEqual({
      pid: 'sms',
      'a%3Cb%3E': '%3Cx%3E & "y" +/?#%20',
    });
  });

  it('contains no angle bracket, and a second encoding changes nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const encoded = encodeAngleBrackets(text);
        expect(encoded).not.toMatch(/[<>]/);
        expect(encodeAngleBrackets(encoded)).toBe(encoded);
      }),
    );
  });
});

describe('a fault', () => {
  it('never contains the value', () => {
    const names = fc.constantFrom(...Object.keys(parameterRules), ...forbiddenParameters, 'custom');
    const planted = fc.string({ minLength: 0, maxLength: 400 }).map((rest) => `jane#555-0100 ${rest}`);
    fc.assert(
      fc.property(names, fc.oneof(planted, fc.constant({ deep: 'jane#555-0100' })), (name, value) => {
        expect(JSON.stringify(dataFaults({ [name]: value }, { maxDataCharacters: 100 }))).not.toContain('555-0100');
      }),
    );
  });
});
