import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptRequestId, mostAttempts } from '../../../../../lambdas/domain/campaign/attempts.ts';
import { campaignRequestId, changeRequestId, safeKey } from '../../../../../lambdas/domain/campaign/row-identity.ts';
import { identity } from '../../../../../lambdas/domain/contract/identity.ts';
import { checkedIn, commandIn, rulesIn } from './given-rows.ts';

const messagesIn = async (...given: Parameters<typeof checkedIn>) =>
  (await checkedIn(...given)).flatMap(({ checked }) =>
    checked.check === 'rejected' ? checked.faults.map(({ path, message }) => `${path}: ${message}`) : [],
  );

describe('a row', () => {
  test('becomes a create with its parameters as text', async () => {
    expect(await commandIn('request_id,pid,c,af_sub1\n0017,sms,spring,00042\n')).toEqual({
      specVersion: '1.0',
      source: 'crm',
      requestId: 'spring/0017',
      requestedAt: '2026-03-10T12:00:00.000Z',
      action: 'create',
      onelinkId: 'A1b3',
      data: { pid: 'sms', c: 'spring', af_sub1: '00042' },
    });
  });

  test('may have every field, in the words of people', async () => {
    const header =
      'request_id,template,custom_link_id,on_conflict,ttl,renew_ttl,keep_until,valid_until,brand_domain,qr,qr_size,qr_format,qr_margin,metadata.segment,Subject,pid';
    const row =
      '1, A1b3 ,promo,DERIVE,60d,Nein,2026-12-24T18:00:00Z,2026-04-01T00:00:00Z,go.acme.example,TRUE,600,PNG,0,vip, José 7 ,sms';

    expect(await commandIn(`${header}\n${row}\n`)).toEqual({
      specVersion: '1.0',
      source: 'crm',
      requestId: 'spring/1',
      requestedAt: '2026-03-10T12:00:00.000Z',
      action: 'create',
      onelinkId: 'A1b3',
      shortlinkId: 'promo',
      onConflict: 'derive',
      ttl: '60d',
      renewTtl: false,
      keepUntil: '2026-12-24T18:00:00Z',
      validUntil: '2026-04-01T00:00:00Z',
      brandDomain: 'go.acme.example',
      metadata: { segment: 'vip' },
      subject: 'José 7',
      data: { pid: 'sms' },
      qr: { size: 600, format: 'png', margin: false },
    });
  });

  test('leaves out empty cells, which a default fills', async () => {
    const settings = {
      defaults: { 'data.pid': 'sms', 'data.c': 'spring', ttl: '14d' },
      requestedAt: '2026-03-10T11:00:00Z',
    };

    expect(await commandIn('pid,c,af_sub1,ttl\n,summer,,\n', settings)).toMatchObject({
      requestedAt: '2026-03-10T11:00:00Z',
      ttl: '14d',
      data: { pid: 'sms', c: 'summer' },
    });
  });

  test('keeps the blanks of a parameter, and writes a spreadsheet’s TRUE as AppsFlyer wants it', async () => {
    const { data } = await commandIn('pid,deep_link_value,is_retargeting,own\nsms," x ",TRUE,TRUE\n');

    expect(data).toEqual({ pid: 'sms', deep_link_value: ' x ', is_retargeting: 'true', own: 'TRUE' });
  });

  test('keeps a parameter of any name, so that the contract can refuse it', async () => {
    expect((await commandIn('pid,constructor\nsms,y\n')).data).toEqual({ pid: 'sms', constructor: 'y' });
    expect(await rulesIn('pid,__proto__\nsms,x\n')).toEqual(['2 __proto__ name']);
  });

  test('ignores what its action has no use for, so that a file may mix actions', async () => {
    const header = 'action,shortlink_id,ttl,on_conflict,brand_domain,qr,qr_size,pid';
    const rest = 'promo,14d,derive,go.acme.example,yes,600,sms\n';
    const given = {
      specVersion: '1.0',
      source: 'crm',
      requestedAt: '2026-03-10T12:00:00.000Z',
      onelinkId: 'A1b3',
      shortlinkId: 'promo',
    };
    const requestId = expect.any(String);

    expect(await commandIn(`${header}\ndelete,${rest}`)).toEqual({ ...given, requestId, action: 'delete' });
    expect(await commandIn(`${header}\nQR,${rest}`)).toEqual({
      ...given,
      requestId,
      action: 'qr',
      qr: { size: 600, brandDomain: 'go.acme.example' },
    });
    expect(await commandIn(`${header}\nupdate,${rest}`)).toEqual({
      ...given,
      requestId,
      action: 'update',
      ttl: '14d',
      brandDomain: 'go.acme.example',
      data: { pid: 'sms' },
    });
  });

  test.each([
    ['qr says yes', 'pid,qr\nsms,yes', {}],
    ['there is no column qr, and a size', 'pid,qr_size\nsms,300', { size: 300 }],
  ])('asks for a code if %s', async (_, file, qr) => {
    expect((await commandIn(file)).qr).toEqual(qr);
  });

  test.each([
    ['qr says no', 'pid,qr,qr_size\nsms,no,300'],
    ['the column qr is empty there', 'pid,qr,qr_size\nsms,,300'],
    ['nothing says so', 'pid\nsms'],
  ])('asks for no code if %s', async (_, file) => {
    expect((await commandIn(file)).qr).toBeUndefined();
  });
});

describe('expires_at', () => {
  test('becomes the whole minutes since the file arrived', async () => {
    expect((await commandIn('pid,expires_at\nsms,2026-03-11T12:00:59Z\n')).ttl).toBe('1440m');
    expect((await commandIn('pid,expires_at\nsms,2027-03-10T12:00:00Z\n')).ttl).toBe('525600m');
  });

  test.each([
    [
      'beyond the account’s longest TTL',
      '2027-03-10T12:01:00Z',
      'expires_at: is more than 365 days away, the longest life of a link. For a longer one, use keep_until',
    ],
    ['in the past', '2026-03-10T12:00:30Z', 'expires_at: must be at least a minute after the file arrived'],
    [
      'as a spreadsheet writes it',
      '24.12.2026',
      'expires_at: is a date as a spreadsheet shows it. Write 2026-12-31T00:00:00Z, and format the column as text',
    ],
  ])('is refused %s', async (_, instant, message) => {
    expect(await messagesIn(`pid,expires_at\nsms,${instant}\n`)).toEqual([message]);
  });

  test.each(['46387', '31.12.2026', '12/31/2026', '31-12-26', '2026/12/31', '31.12.2026 18:00'])(
    'is refused with the remedy, as are the other instants, as %s',
    async (cell) => {
      const remedy = 'is a date as a spreadsheet shows it. Write 2026-12-31T00:00:00Z, and format the column as text';
      for (const name of ['expires_at', 'keep_until', 'valid_until']) {
        expect(await messagesIn(`pid,${name}\nsms,${cell}\n`)).toContain(`${name}: ${remedy}`);
      }
      expect(await messagesIn(`pid,Ende\nsms,${cell}\n`, { columns: { Ende: 'keep_until' } })).toEqual([
        `Ende: ${remedy}`,
      ]);
    },
  );

  test('is refused beside a ttl', async () => {
    expect(await messagesIn('pid,ttl,expires_at\nsms,14d,2026-03-11T12:00:00Z\n')).toEqual([
      'expires_at: is given beside ttl. Keep one of the two',
    ]);
  });
});

describe('a row of sums', () => {
  const warnedIn = async (file: string, settings = {}) =>
    (await checkedIn(file, settings)).map(({ warnings }) => warnings.map(({ rule }) => rule));
  const defaults = { 'data.pid': 'sms' };

  test.each(['Total;;123', ';Summe:;123', 'Grand total;;', 'GESAMT;;7', 'Totale;;7'])(
    '%s becomes a link, with a warning',
    async (row) => {
      expect(await warnedIn(`Shop;City;c\nBonn 1;Bonn;1\n${row}\n`, { defaults })).toEqual([[], ['totals-row']]);
    },
  );

  test.each(['Total Energies;Bonn;1', 'Bonn;Total;1', 'Summer;;1'])('is not %s', async (row) => {
    expect(await warnedIn(`Shop;City;c\n${row}\n`, { defaults })).toEqual([[]]);
  });
});

describe('a row is rejected, with the column’s header,', () => {
  test.each([
    ['by the contract', 'request_id,Web page,pid\n1,http://a.example,sms', '2 Web page format'],
    ['for a missing parameter', 'request_id,pid,c\n1,,x', '2 pid required'],
    ['for a field that is no number', 'pid,qr_size\nsms,big', '2 qr_size type'],
    ['for a word that is neither yes nor no', 'pid,renew_ttl\nsms,maybe', '2 renew_ttl flag'],
    ['by the producer’s rights', 'pid,template\nsms,abc123', '2 template not-allowed'],
    ['for an unknown action', 'pid,action\nsms,make', '2 action value'],
    ['for a valid_until that has passed', 'pid,valid_until\nsms,2026-03-10T11:00:00Z', '2 valid_until valid-until'],
    ['for an empty key', 'pid,request_id\nsms, ', '2 request_id key'],
    ['for control characters, also in columns that are carried along', 'pid,Notiz\nsms,"a\u0007"', '2 Notiz control'],
    ['for a value under an empty header', ',pid\n17,sms', '2  header'],
  ])('%s', async (_, file, fault) => {
    const columns = {
      ...(file.includes('Web page') && { 'Web page': 'data.af_web_dp' }),
      ...(file.includes('Notiz') && { Notiz: '-' }),
    };
    expect(await rulesIn(file, { columns })).toEqual([fault]);
  });

  test('for a size that is no number, in words for a cell', async () => {
    for (const size of ['big', '300px', '3e2', '300.5']) {
      expect(await messagesIn(`pid,qr_size\nsms,${size}`)).toEqual([
        'qr_size: must be a whole number of pixels, such as 300',
      ]);
    }
  });

  test('by a policy', async () => {
    const policy = () => ({ faults: [{ path: 'data.c', rule: 'policy-c', message: 'must be known' }], warnings: [] });
    expect(await messagesIn('pid,Kampagne\nsms,x', { columns: { Kampagne: 'data.c' } }, { policy })).toEqual([
      'Kampagne: must be known',
    ]);
  });

  test('without a template, with the ways to name one', async () => {
    const remedy = 'Give it with --template, the setting template, or a column template. crm may use: A1b3';
    expect(await messagesIn('pid\nsms\n', {}, { template: undefined })).toEqual([`template: is mandatory. ${remedy}`]);
  });

  test('if it cannot be read as cells', async () => {
    expect(await rulesIn('request_id,pid\n1\n2,"x"y\n3,sms\n')).toEqual(['2  cells', '3  quotes']);
  });

  test('without its values: a value never shows in a fault', async () => {
    const words = await messagesIn('pid,af_web_dp,ttl,qr_size,action\nsms,SECRET,SECRET,SECRET,SECRET\n');
    expect(words.length).toBeGreaterThan(2);
    expect(words.join()).not.toContain('SECRET');
  });
});

describe('what a spreadsheet does to a cell', () => {
  test.each([
    ['request_id', 'request_id,pid\n1.23E+15,sms', '2 request_id shortened-number'],
    ['the ID, with a decimal comma', 'custom_link_id;pid\n1,23E+15;sms', '2 custom_link_id shortened-number'],
    ['the key column', 'sku,pid\n4.9E+12,sms', '2 sku shortened-number'],
    ['a parameter that is an ID', 'pid,af_c_id\nsms,1.23E+15', '2 af_c_id shortened-number'],
    ['metadata that is an ID', 'pid,metadata.customerId\nsms,1.23E+15', '2 metadata.customerId shortened-number'],
    ['any value', 'pid,c\nsms,#N/A', '2 c spreadsheet-error'],
    ['a column too narrow for its number', 'pid,c\nsms,########', '2 c spreadsheet-error'],
  ])('is refused in %s', async (_, file, fault) => {
    expect(await rulesIn(file, file.startsWith('sku') ? { key: 'sku' } : {})).toEqual([fault]);
  });

  test.each([
    ...['#REF!', '#NAME?', '#DIV/0!', '#WERT!', '#NV', '#BEZUG!', '#ZAHL!', '#VALEUR!', '#NOM?', '#N/D', '#¡REF!'],
    ...['#VALORE!', '#ÜBERLAUF!', '#ERROR!', 'Loading...'],
  ])('is refused in any language: %s', async (cell) => {
    expect(await rulesIn(`pid,c\nsms,${cell}`)).toEqual(['2 c spreadsheet-error']);
  });

  test.each(['#spring', '#SPRING', '#1', 'Loading', 'SALE!'])('is not %s', async (cell) => {
    expect(await rulesIn(`pid,c\nsms,${cell}`)).toEqual([]);
  });

  test('has a fault with the remedy', async () => {
    expect(await messagesIn('request_id,pid\n1.23E+15,sms')).toEqual([
      'request_id: is a number that a spreadsheet has shortened, so its last digits are lost. Format the column as text, enter the value again, and save',
    ]);
  });

  test('is text in a column that is no ID, or only carried along', async () => {
    expect(
      await rulesIn('pid,deep_link_value,paid,Notiz\nsms,1.23E+15,1.2E+10,#N/A', { columns: { Notiz: '-' } }),
    ).toEqual([]);
  });
});

describe('a key', () => {
  test.each([
    ['order-17', 'order-17'],
    ['x'.repeat(60), 'x'.repeat(60)],
    ['ümlaut', /^~[\w-]{43}$/],
    ['two words', /^~[\w-]{43}$/],
    ['x'.repeat(61), /^~[\w-]{43}$/],
    ['~tilde', /^~[\w-]{43}$/],
    ['a@b', /^~[\w-]{43}$/],
  ])('%j is safe in a request ID', (key, safe) => {
    expect(safeKey(key)).toMatch(safe);
  });

  test('makes a request ID that the contract accepts, whatever it is, and for each change', () => {
    const schema = identity.requestId;
    fc.assert(
      fc.property(
        fc.oneof(fc.constant('k'.repeat(60)), fc.string({ minLength: 1 })),
        fc.nat({ max: 9_999_999 }),
        (key, version) => {
          const requestId = campaignRequestId('n'.repeat(48), key);
          expect(schema.safeParse(requestId).success).toBe(true);
          expect(schema.safeParse(changeRequestId(requestId, { a: 1 }, version)).success).toBe(true);
          const last = attemptRequestId(requestId, mostAttempts);
          expect(schema.safeParse(changeRequestId(last, { a: 1 }, version)).success).toBe(true);
        },
      ),
    );
  });

  test('is the text of its column, without blanks around it', async () => {
    const [row] = await checkedIn('sku,pid\n 0017 ,sms\n', { key: 'sku' });
    expect(row?.checked).toMatchObject({ key: '0017', requestId: 'spring/0017' });
  });

  test('without a column is a digest of the whole row, in any order of the columns', async () => {
    const keyOf = async (text: string, defaults = {}) =>
      (await checkedIn(text, { columns: { name: '-' }, defaults }))[0]?.checked.key;
    const key = await keyOf('pid,name,c\nsms,Ann,x\n');

    expect(key).toMatch(/^#[\w-]{43}$/);
    expect(await keyOf('c,pid,name\nx,sms,Ann\n')).toBe(key);
    expect(await keyOf('pid,name,c\nsms,Bob,x\n')).not.toBe(key);
    expect(await keyOf('pid,name,c\nsms,Ann,x\n', { ttl: '14d' })).not.toBe(key);
  });
});

describe('a file that the pipeline has written', () => {
  test('loses its added columns and the apostrophes before a formula’s sign', async () => {
    const file = "request_id,pid,c,line,reason\n1,sms,'=a,7,some reason\n2,sms,'quoted',8,x\n";
    const rows = await checkedIn(file);

    expect(rows.map(({ checked }) => checked.cells)).toEqual([
      ['1', 'sms', '=a'],
      ['2', 'sms', "'quoted'"],
    ]);
    expect(rows[0]?.checked).toMatchObject({ check: 'send', command: { data: { pid: 'sms', c: '=a' } } });
  });

  test('keeps an apostrophe in any other file', async () => {
    expect(await commandIn("request_id,pid,c\n1,sms,'=a\n")).toMatchObject({ data: { c: "'=a" } });
  });
});

describe('an NDJSON row', () => {
  test('is read as a CSV row is, with columns that come later', async () => {
    const file = '{"request_id":1,"pid":"sms","renew_ttl":false}\n{"request_id":"b","data":{"pid":"sms","c":7}}\n';
    const rows = await checkedIn(file, {}, { format: 'ndjson' }).then(
      (all) => all.map(({ checked }) => (checked.check === 'send' ? checked.command.data : checked)),
      (error: Error) => error.message,
    );
    expect(rows).toBe('has two columns for data.pid: pid and data.pid');
    const [one, two] = await checkedIn(
      file.replaceAll('"data":{"pid":"sms","c":7}', '"pid":"x","ttl":14'),
      {},
      { format: 'ndjson' },
    );
    expect(one?.checked).toMatchObject({ check: 'send', command: { requestId: 'spring/1', renewTtl: false } });
    expect(two?.checked).toMatchObject({ check: 'send', command: { ttl: '14', data: { pid: 'x' } } });
  });

  test('is rejected if it lacks the key', async () => {
    const rows = await checkedIn('{"pid":"sms"}\n', { key: 'sku' }, { format: 'ndjson' });
    expect(rows[0]?.checked).toMatchObject({ check: 'rejected', faults: [{ path: 'sku', rule: 'key' }] });
  });
});
