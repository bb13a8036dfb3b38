import { describe, expect, test } from 'vitest';
import { guessColumns } from '../../../../../lambdas/domain/campaign/column-guess.ts';
import { columnsOf, newParameters } from '../../../../../lambdas/domain/campaign/columns.ts';
import type { CampaignSettings } from '../../../../../lambdas/domain/campaign/settings.ts';
import { targetText } from '../../../../../lambdas/domain/campaign/targets.ts';

const targetsOf = (header: string[], settings: CampaignSettings = {}) =>
  columnsOf(header, settings).targets.map((target) => (target.kind === 'ours' ? 'ours' : targetText(target)));
const refusal = (header: string[], settings: CampaignSettings = {}, format: 'csv' | 'ndjson' = 'csv') => {
  try {
    columnsOf(header, settings, format);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};
const warned = (header: string[], settings: CampaignSettings = {}) =>
  columnsOf(header, settings).warnings.map(({ path, message }) => `${path}: ${message}`);

describe('a column', () => {
  test('is a field of ours by its name, whatever its capitals', () => {
    const fields = [
      'Request_ID',
      'ACTION',
      'template',
      'shortlink_id',
      'on_conflict',
      'ttl',
      'expires_at',
      'Renew_TTL',
    ];
    expect(targetsOf([...fields, 'pid'])).toEqual([...fields.map((name) => name.toLowerCase()), 'data.pid']);
    const others = ['keep_until', 'valid_until', 'brand_domain', 'qr', 'qr_size', 'qr_format', 'qr_margin'];
    expect(targetsOf([...others, 'pid'])).toEqual([...others, 'data.pid']);
  });

  test('is what AppsFlyer’s bulk page takes it for: the chosen ID, or a link parameter', () => {
    expect(targetsOf(['custom_link_id', 'pid', 'c', 'af_sub1', 'promo code'])).toEqual([
      'shortlink_id',
      'data.pid',
      'data.c',
      'data.af_sub1',
      'data.promo code',
    ]);
  });

  test('is a parameter of AppsFlyer’s in its spelling, whatever the header’s capitals', () => {
    expect(targetsOf(['PID', 'C', 'AF_Sub1', 'Deep_Link_Value', 'Promo', 'data.C'])).toEqual([
      'data.pid',
      'data.c',
      'data.af_sub1',
      'data.deep_link_value',
      'data.Promo',
      'data.C',
    ]);
    expect(warned(['request_id', 'PID', 'C'])).toEqual([]);
    expect(refusal(['pid', 'PID'])).toContain('has two columns for data.pid: pid and PID');
  });

  test('may name its place: metadata.* or data.*, also for a parameter that is called as a field', () => {
    expect(targetsOf(['pid', 'Metadata.Segment', 'data.action'])).toEqual([
      'data.pid',
      'metadata.Segment',
      'data.action',
    ]);
  });

  test('is what the settings make it, before anything else', () => {
    const columns = { Kampagne: 'data.c', ttl: 'data.ttl_of_ours', Ort: '-', Kunde: 'metadata.customer' };
    expect(targetsOf(['pid', 'Kampagne', 'ttl', 'Ort', 'Kunde'], { columns })).toEqual([
      'data.pid',
      'data.c',
      'data.ttl_of_ours',
      '-',
      'metadata.customer',
    ]);
  });

  test('is only carried along with passThrough, unless its name has a meaning', () => {
    const settings = { passThrough: true, columns: { source: 'data.pid' } };
    expect(targetsOf(['source', 'name', 'data.c', 'ttl'], settings)).toEqual(['data.pid', '-', 'data.c', 'ttl']);
  });

  test('that only identifies the row is no link parameter', () => {
    expect(targetsOf(['customer', 'pid'], { key: 'customer' })).toEqual(['-', 'data.pid']);
    expect(targetsOf(['customer', 'pid'], { key: 'customer', columns: { customer: 'data.af_sub1' } })).toEqual([
      'data.af_sub1',
      'data.pid',
    ]);
  });

  test('of a results file or of rejected rows is ours, and is ignored', () => {
    const added = ['status', 'reason', 'faults', 'short_url', 'shortlink_id', 'expires_at', 'qr_file', 'request_id'];
    expect(targetsOf(['pid', ...added])).toEqual(['data.pid', ...added.map(() => 'ours')]);
    expect(targetsOf(['pid', 'line', 'reason'])).toEqual(['data.pid', 'ours', 'ours']);
    const renamed = added.map((name) => (name === 'request_id' ? 'result_request_id' : name));
    expect(targetsOf(['request_id', 'pid', ...renamed])).toEqual([
      'request_id',
      'data.pid',
      ...added.map(() => 'ours'),
    ]);
    expect(targetsOf(['pid', 'reason'])).toEqual(['data.pid', 'data.reason']);
  });
});

describe('the key', () => {
  test('is the column request_id, or the one that the settings name', () => {
    expect(columnsOf(['pid', 'Request_Id'], {}).key).toBe(1);
    expect(columnsOf(['sku', 'pid'], { key: ' sku ' }).key).toBe(0);
    expect(columnsOf(['pid', 'c'], {}).key).toBeUndefined();
  });

  test('is missed, because a changed row then makes a new link', () => {
    expect(warned(['pid'])).toEqual([
      ': no column identifies the rows. If you change a row and drop the file again, that row makes a new link',
    ]);
  });
});

describe('a header is refused', () => {
  test.each<[string, string[], CampaignSettings, string]>([
    ['with a name twice', ['pid', 'c', 'c'], {}, 'has the column c twice'],
    ['with two columns for one field', ['pid', 'ttl', 'TTL'], {}, 'has two columns for ttl: ttl and TTL'],
    ['with two columns for one parameter', ['pid', 'data.pid'], {}, 'has two columns for data.pid: pid and data.pid'],
    ['with two columns for the ID', ['pid', 'shortlink_id', 'custom_link_id'], {}, 'has two columns for shortlink_id'],
    [
      'without the column of a mapping',
      ['pid'],
      { columns: { Pid: 'data.pid' } },
      'has no column Pid, which the setting columns names, but one that is called pid',
    ],
    [
      'if a mapping names no field',
      ['pid', 'x'],
      { columns: { x: 'c' } },
      'has a setting for c, which is no field. A link parameter is data.c',
    ],
    ['without the key column', ['pid'], { key: 'sku' }, 'has no column sku, which the setting key names'],
    [
      'with two keys',
      ['pid', 'request_id', 'sku'],
      { key: 'sku' },
      'has two columns that identify a row: request_id and sku',
    ],
    [
      'without pid',
      ['c', 'ttl'],
      {},
      'has no column pid, the media source, which is mandatory. Add a column pid, or a default for data.pid',
    ],
    ['without pid, with a likely column', ['Media Source'], {}, 'Is it the column Media Source? Map that to data.pid'],
    [
      'with one column only',
      ['a|b|c'],
      {},
      'It has one column only: separate columns by a comma, a semicolon or a tab',
    ],
    [
      'with a default for what must differ',
      ['pid'],
      { defaults: { shortlink_id: 'x' } },
      'has a default for shortlink_id',
    ],
    ['with a default for no field', ['pid'], { defaults: { c: 'x' } }, 'has a setting for c, which is no field'],
  ])('%s', (_, header, settings, words) => {
    expect(refusal(header, settings)).toContain(words);
  });

  test.each<[string, string[], CampaignSettings, 'csv' | 'ndjson']>([
    ['with a default for data.pid', ['c'], { defaults: { 'data.pid': 'sms' } }, 'csv'],
    ['with a column of actions', ['action', 'shortlink_id'], {}, 'csv'],
    ['for deletes', ['shortlink_id'], { defaults: { action: 'Delete' } }, 'csv'],
    ['of NDJSON, whose later lines may have pid', ['c'], { key: 'id', columns: { x: 'data.pid' } }, 'ndjson'],
    ['with two empty headers', ['', 'pid', ''], {}, 'csv'],
  ])('but not without pid %s', (_, header, settings, format) => {
    expect(refusal(header, settings, format)).toBe('accepted');
  });
});

describe('a column that newly becomes a parameter', () => {
  const header = ['pid', 'Mail', 'Kampagne', 'own', 'ttl'];
  test.each<[CampaignSettings, CampaignSettings, string[]]>([
    [{ columns: { Mail: '-', Kampagne: 'data.c' } }, {}, ['Mail', 'Kampagne']],
    [{ passThrough: true, columns: { pid: 'data.pid' } }, {}, ['Mail', 'Kampagne', 'own']],
    [{ key: 'own' }, {}, ['own']],
    [{ columns: { Mail: '-' } }, { columns: { Mail: '-' } }, []],
    [{}, { columns: { Mail: '-' } }, []],
    [{}, {}, []],
  ])('is found: %j, then %j', (earlier, now, names) => {
    expect(newParameters(header, columnsOf(header, now), earlier)).toEqual(names);
  });
});

describe('a name that is almost a known one is a warning', () => {
  test.each([
    ['requestid', 'requestid: is almost request_id, but becomes a link parameter'],
    ['short link id', 'short link id: is almost shortlink_id, but becomes a link parameter'],
    ['expiresAt', 'expiresAt: is almost expires_at, but becomes a link parameter'],
    ['templateId', 'templateId: is almost template, but becomes a link parameter'],
    ['af_chanel', 'af_chanel: is almost af_channel, but is a different parameter'],
  ])('%s', (name, warning) => {
    expect(warned(['request_id', 'pid', name])).toEqual([warning]);
  });

  test('unless the settings say what it is', () => {
    expect(warned(['request_id', 'pid', 'expiresAt'], { columns: { expiresAt: 'expires_at' } })).toEqual([]);
  });
});

describe('a guess', () => {
  const header = [
    'Customer ID',
    'Media Source',
    'campaign',
    'E-Mail',
    'ttl',
    'requestedBy',
    'af_channel',
    'Short Link ID',
    '',
  ];
  const rows = [
    ['17', 'sms', 'spring', 'a@example.com', '14d', 'x', 'push', 'a', ''],
    ['18', 'sms', 'spring', 'b@example.com', '', 'x', 'push', 'b', ''],
  ];

  test('suggests a target for each column, with its ground', () => {
    expect(guessColumns(header, rows).map(({ header: name, target, by }) => [name, target, by])).toEqual([
      ['Customer ID', 'data.Customer ID', 'other'],
      ['Media Source', 'data.pid', 'guessed'],
      ['campaign', 'data.c', 'guessed'],
      ['E-Mail', '-', 'guessed'],
      ['ttl', 'ttl', 'named'],
      ['requestedBy', 'data.requestedBy', 'other'],
      ['af_channel', 'data.af_channel', 'named'],
      ['Short Link ID', 'shortlink_id', 'guessed'],
      ['', '-', 'other'],
    ]);
  });

  test.each(['Mail', 'E-Mail-Adresse', 'Telefon', 'Note', 'Notiz', 'Phone number', 'Mobile phone'])(
    'only carries %s along, and does not make it the key',
    (name) => {
      expect(guessColumns([name], [['1'], ['2']])[0]).toMatchObject({ target: '-', by: 'guessed', isKey: false });
    },
  );

  test('only carries a column of an unknown name with an @ along', () => {
    const [contact, own] = guessColumns(
      ['Customer', 'own'],
      [
        ['', 'a'],
        ['b@acme.example', 'b'],
      ],
    );
    expect(contact).toMatchObject({ target: '-', by: 'guessed', isKey: false });
    expect(own).toMatchObject({ target: 'data.own' });
    expect(guessColumns(['deep_link_value'], [['@shop']])[0]?.target).toBe('data.deep_link_value');
  });

  test('shows up to three different values, and the column that may be the key', () => {
    const guesses = guessColumns(header, rows);
    expect(guesses[1]?.samples).toEqual(['sms']);
    expect(guesses.filter(({ isKey }) => isKey).map(({ header: name }) => name)).toEqual(['Customer ID']);
    expect(guessColumns(['pid'], [['x'.repeat(50)]])[0]?.samples).toEqual([`${'x'.repeat(39)}…`]);
  });

  test('suggests no key if a value is missing or occurs twice, or if request_id is there', () => {
    expect(guessColumns(['Kundennr.'], [['1'], ['2']])[0]?.isKey).toBe(true);
    expect(guessColumns(['user_id'], [['1'], ['1']])[0]?.isKey).toBe(false);
    expect(guessColumns(['user_id'], [['1'], ['']])[0]?.isKey).toBe(false);
    expect(
      guessColumns(
        ['request_id', 'user_id'],
        [
          ['a', '1'],
          ['b', '2'],
        ],
      )[1]?.isKey,
    ).toBe(false);
  });
});
