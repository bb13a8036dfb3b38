import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CampaignCheck, csvOf, noon } from '../../../world/campaign-check.ts';

const key = 'inbox/crm/spring.csv';
const settingsKey = 'inbox/crm/spring.campaign.json';

/** A checker whose file has its settings. */
function givenCheck(settings: object = {}, change: ConstructorParameters<typeof CampaignCheck>[0] = {}): CampaignCheck {
  const check = new CampaignCheck(change);
  check.files.drop(settingsKey, JSON.stringify(settings), check.now);
  return check;
}

describe('a dropped file', () => {
  test('becomes chunks of 250 checked rows, and a campaign that is sent', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(1_100));
    await check.settle();
    expect(await check.record()).toMatchObject({
      source: 'crm',
      name: 'spring',
      drop: 1,
      state: 'sending',
      lane: 'campaign',
      rows: 1_100,
      toSend: 1_100,
      quotaCalls: 1_100,
      chunks: 5,
      sent: 0,
      check: { done: true, byte: csvOf(1_100).length, row: 1_100, line: 1_102, header: ['request_id', 'pid', 'c'] },
      found: { rejected: 0, unchanged: 0, actions: { create: 1_100 } },
    });
    expect((await check.files.chunk({ source: 'crm', name: 'spring' }, 1, 5)).length).toBe(100);
    const rows = await check.rows();
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: 1_100 }, (_, index) => index + 1));
    expect(rows[1_099]).toMatchObject({
      check: 'send',
      line: 1_101,
      cells: ['r-1100', 'sms', 'offer 1100'],
      requestId: 'spring/r-1100',
      command: {
        action: 'create',
        onelinkId: 'A1b3',
        requestedAt: '2026-03-09T12:00:00.000Z',
        data: { c: 'offer 1100' },
      },
    });
    expect(await check.campaigns.active()).toEqual([{ source: 'crm', name: 'spring', drop: 1 }]);
    expect(check.counts).toEqual(new Map([['CampaignRowsChecked', 1_100]]));
  });

  test('is checked in slices of half a minute, which let other files in between', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(2_000));
    check.files.drop('inbox/crm/small.campaign.json', '{}', check.now);
    check.afterCall = (port) => {
      if (port === 'files.putDigests') check.now += 31_000;
    };
    await check.handleOne();
    expect(await check.record()).toMatchObject({ state: 'checking', rows: 500, chunks: 2, check: { done: false } });
    check.drop('inbox/crm/small.csv', csvOf(1));
    await check.handleOne();
    await check.handleOne();
    expect(await check.record('crm', 'small')).toMatchObject({ state: 'sending', rows: 1 });
    expect(await check.record()).toMatchObject({ state: 'checking', rows: 1_000 });
    await check.settle();
    expect(await check.record()).toMatchObject({ state: 'sending', rows: 2_000, chunks: 8 });
    expect((await check.rows()).map(({ row }) => row)).toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1));
  });

  test('of long rows is recorded more often, at whole chunks', async () => {
    const check = new CampaignCheck({}, { rowsPerStep: 10_000, bytesPerStep: 8_000, rowsAtOnce: 2_000 });
    check.files.drop(settingsKey, '{}', check.now);
    check.drop(key, csvOf(700));
    const rows: number[] = [];
    check.afterCall = async (port) => {
      if (port === 'campaigns.write') rows.push((await check.record())?.rows ?? 0);
    };
    await check.settle();
    // 250 rows have about 5 KB.
    expect(rows).toEqual([0, 500, 700, 700]);
    expect(await check.record()).toMatchObject({ chunks: 3, check: { digestObjects: 2 } });
  });

  test('leaves the report to the next message if the invocation is almost over', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(1));
    await check.handleOne(39_000);
    expect(await check.record()).toMatchObject({ state: 'checking', check: { done: true } });
    await check.settle();
    expect(await check.record()).toMatchObject({ state: 'sending' });
  });

  test('has its faulty rows in a file of their own, and the report has the first of them', async () => {
    const check = givenCheck();
    check.drop(key, `request_id;pid;c\r\n${'a;sms;x\r\n'}a;sms;y\r\nb;;x\r\n"=c";sms;"two\r\nlines"\r\n`);
    await check.settle();
    const record = await check.record();
    expect(record).toMatchObject({ rows: 4, toSend: 2, found: { rejected: 2 } });
    expect(record?.firstFaults.map(({ line, rule }) => [line, rule])).toEqual([
      [3, 'duplicate'],
      [4, 'required'],
    ]);
    const rejected = check.files.text('results/crm/spring-rejected.csv')?.split('\r\n');
    expect(rejected?.[0]).toBe('\ufeffrequest_id;pid;c;line;reason');
    expect(rejected?.[1]).toMatch(/^a;sms;y;3;/);
    expect(rejected?.[2]).toMatch(/^b;;x;4;/);
    expect(check.counts.get('CampaignRowsRefused')).toBe(2);
  });

  test('has short paths in its report, even if the columns have long names', async () => {
    const check = givenCheck();
    const long = 'x'.repeat(5_000);
    check.drop(key, `request_id,pid,${long}\r\na,sms,\u0007\r\n`);
    await check.settle();
    const [fault] = (await check.record())?.firstFaults ?? [];
    expect(fault?.path).toBe('x'.repeat(200));
  });

  test('finds a key that an earlier slice has read', async () => {
    const check = givenCheck();
    check.drop(key, `${csvOf(1_200)}r-7,sms,again\r\n`);
    check.afterCall = (port) => {
      if (port === 'files.putDigests') check.now += 31_000;
    };
    await check.settle();
    expect(await check.record()).toMatchObject({
      rows: 1_201,
      toSend: 1_200,
      firstFaults: [{ line: 1_202, rule: 'duplicate', message: expect.stringContaining('line 8') }],
    });
  });

  test('may be compressed, and is unpacked in each slice', async () => {
    const check = givenCheck();
    check.drop(`${key}.gz`, gzipSync(csvOf(1_200)));
    check.afterCall = (port) => {
      if (port === 'files.putDigests') check.now += 31_000;
    };
    await check.settle();
    expect(await check.record()).toMatchObject({ state: 'sending', rows: 1_200, toSend: 1_200, chunks: 5 });
  });

  test('may be NDJSON', async () => {
    const check = givenCheck();
    const lines = ['{"request_id":"a","pid":"sms"}', '{"request_id":"b","pid":"sms","af_sub1":"x"}', '{"pid":'];
    check.drop('inbox/crm/spring.ndjson', `${lines.join('\n')}\n`);
    await check.settle();
    expect(await check.record()).toMatchObject({ state: 'sending', rows: 3, toSend: 2, found: { rejected: 1 } });
    expect(await check.rows()).toMatchObject([
      { check: 'send', requestId: 'spring/a' },
      { check: 'send', requestId: 'spring/b' },
      { check: 'rejected', line: 3 },
    ]);
  });
});

describe('the settings', () => {
  test('are waited for, for a minute after the file has arrived', async () => {
    const check = new CampaignCheck();
    check.drop(key, csvOf(1));
    check.now += 15_000;
    await check.handleOne();
    expect(await check.record()).toBeUndefined();
    check.files.drop(settingsKey, '{"lane":"transactional"}', check.now);
    await check.settle();
    expect(check.now).toBe(noon + 60_000);
    expect(await check.record()).toMatchObject({ lane: 'transactional', state: 'sending', rows: 1 });
  });

  test('have the source’s defaults if there are none after that', async () => {
    const check = new CampaignCheck();
    check.drop(key, csvOf(1));
    await check.settle();
    expect(await check.record()).toMatchObject({ lane: 'campaign', settings: {}, state: 'sending' });
  });

  test('start nothing by themselves', async () => {
    const check = new CampaignCheck();
    check.drop(settingsKey, '{}');
    await check.settle();
    expect([await check.record(), check.campaigns.records.size]).toEqual([undefined, 0]);
  });
});

describe('a file as a whole', () => {
  const refusedAs = async (check: CampaignCheck, name = 'spring', source = 'crm') => {
    await check.settle();
    const record = await check.record(source, name);
    expect(record?.state).toBe('refused');
    // The sender publishes the end, and takes the drop off the list.
    const hasProducer = source === 'crm';
    expect(record?.endedAt).toBe(hasProducer ? undefined : check.now);
    expect(await check.campaigns.active()).toEqual(hasProducer ? [{ source, name, drop: 1 }] : []);
    expect(check.counts.get('CampaignFileRefused')).toBe(1);
    expect(check.files.text(`results/${source}/${name}-rejected.csv`)).toContain(record?.refusal?.message);
    return [record?.refusal?.path, record?.refusal?.rule];
  };

  test.each([
    ['is empty', '', ['', 'empty']],
    ['has only a header', 'request_id,pid\r\n', ['', 'no-rows']],
    ['has a header twice', 'pid,request_id,pid\r\nsms,a,sms\r\n', ['pid', expect.any(String)]],
    ['is UTF-16', Buffer.from('\ufeffrequest_id,pid\r\na,sms\r\n', 'utf16le'), ['', 'encoding']],
  ])('is refused if it %s', async (_words, content, fault) => {
    const check = givenCheck();
    check.drop(key, content);
    expect(await refusedAs(check)).toEqual(fault);
  });

  test('is refused if its columns have longer names than a record can hold', async () => {
    const check = givenCheck();
    const lines = ['x', 'y'].map((name) =>
      JSON.stringify({ request_id: name, pid: 'sms', [name.repeat(40_000)]: '1' }),
    );
    check.drop('inbox/crm/spring.ndjson', `${lines.join('\n')}\n`);
    expect(await refusedAs(check)).toEqual(['', 'columns']);
  });

  test('is refused in the middle, if the rest of it cannot be used', async () => {
    const check = givenCheck();
    check.drop(key, Buffer.concat([Buffer.from(csvOf(700)), Buffer.from('x,sms,b\xe4r\r\n', 'latin1')]));
    expect(await refusedAs(check)).toEqual(['', 'encoding']);
  });

  test('is refused for settings that cannot be read', async () => {
    const check = new CampaignCheck();
    check.files.drop(settingsKey, '{"lane":', check.now);
    check.drop(key, csvOf(1));
    expect(await refusedAs(check)).toEqual(['settings', 'json']);
  });

  test('is refused at once under an unknown source, or a name that no campaign may have', async () => {
    const stranger = new CampaignCheck();
    stranger.drop('inbox/shop/spring.csv', csvOf(1));
    expect(await refusedAs(stranger, 'spring', 'shop')).toEqual(['source', 'not-allowed']);
    const named = new CampaignCheck();
    named.drop('inbox/crm/March offers.csv', csvOf(1));
    expect(await refusedAs(named, 'March offers')).toEqual(['name', 'name']);
    expect([stranger.now, named.now]).toEqual([noon, noon]);
    // Folders and names that nobody has checked may hold anything.
    const logs = JSON.stringify([stranger.logged, named.logged]);
    expect(logs).not.toMatch(/shop|March/);
    // The first twelve digits of the key’s SHA-256.
    expect(logs).toContain('"object":"20ddc5c0ad2c"');
  });

  test.each(['inbox/spring.csv', 'inbox/crm/2026/spring.csv', 'inbox/crm/spring.xlsx'])(
    'at %s is no campaign’s: it is counted, and nothing is written',
    async (place) => {
      const check = new CampaignCheck();
      check.drop(place, csvOf(1));
      await check.settle();
      expect(check.counts).toEqual(new Map([['CampaignFileRefused', 1]]));
      expect(check.logged).toMatchObject([
        {
          fields: {
            object: expect.stringMatching(/^[0-9a-f]{12}$/),
            rules: [expect.stringMatching(/^(folder|ending)$/)],
          },
        },
      ]);
      expect(JSON.stringify(check.logged)).not.toContain('spring');
      expect([...check.files.objects.keys()]).toEqual([place]);
      expect(check.campaigns.records.size).toBe(0);
    },
  );
});

describe('an event of S3', () => {
  test('is a test at first, which is acknowledged', async () => {
    const check = new CampaignCheck();
    check.send(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'campaigns' }));
    await check.settle();
    expect([check.messages.length, check.counts.size]).toEqual([0, 0]);
  });

  test('may tell of several files, and each becomes a message of its own', async () => {
    const check = givenCheck();
    check.files.drop('inbox/crm/two.campaign.json', '{}', check.now);
    check.files.drop(key, csvOf(1), check.now);
    check.files.drop('inbox/crm/two.csv', csvOf(2), check.now);
    check.event(key, 'inbox/crm/two.csv');
    await check.settle();
    expect((await check.record())?.rows).toBe(1);
    expect((await check.record('crm', 'two'))?.rows).toBe(2);
  });

  test('that comes again changes nothing', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(3));
    await check.settle();
    const before = await check.record();
    check.event(key);
    await check.settle();
    expect(await check.record()).toEqual(before);
  });

  test('of a deleted file starts nothing', async () => {
    const check = givenCheck();
    check.event(key);
    await check.settle();
    expect(check.campaigns.records.size).toBe(0);
  });

  test('that comes late, after a file with another ending, changes nothing', async () => {
    const check = givenCheck();
    check.files.drop(key, csvOf(1), check.now);
    check.now += 5_000;
    check.drop('inbox/crm/spring.ndjson', '{"request_id":"a","pid":"sms"}\n');
    await check.settle();
    check.event(key);
    await check.settle();
    expect(await check.record()).toMatchObject({ drop: 1, file: { key: 'inbox/crm/spring.ndjson' } });
  });

  test('that is not about a new file of the bucket is dropped, and the log names its kind and its sender', async () => {
    const check = givenCheck();
    check.send('{"Records":[{"secret":1}]}');
    await check.handleOne();
    expect(check.messages).toHaveLength(0);
    expect(check.counts).toEqual(new Map([['CampaignMessageForeign', 1]]));
    expect(check.logged).toMatchObject([
      { fields: { messageId: 'm', sender: 's', reason: 'unknown-json', count: 26 } },
    ]);
    expect(JSON.stringify(check.logged)).not.toContain('secret');
  });

  test('of the checker in a later form returns to the queue, and ends as a dead letter', async () => {
    const check = givenCheck();
    check.send('{"open":"inbox/crm/spring.csv","later":true}');
    await check.handleOne();
    expect(check.messages).toHaveLength(1);
    expect(check.counts).toEqual(new Map([['CampaignCheckFailed', 1]]));
    expect(check.logged).toMatchObject([{ fields: { messageId: 'm', error: 'UnknownForm' } }]);
  });
});

describe('a file that is dropped again', () => {
  test('begins anew, as the next drop, even if it has the same bytes', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(3));
    await check.settle();
    check.now += 60_000;
    check.drop(key, csvOf(3));
    await check.settle();
    expect(await check.record()).toMatchObject({
      drop: 2,
      rows: 3,
      state: 'sending',
      file: { droppedAt: noon + 60_000 },
    });
    expect(check.files.text('work/crm/spring/2/chunk-0000001.ndjson')).toBeDefined();
  });

  test('while it is checked ends the older check, and no chunk mixes both', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(1_200));
    check.afterCall = (port) => {
      if (port !== 'files.putDigests' || check.now > noon) return;
      check.now += 5_000;
      check.drop(key, csvOf(1_200, 5_001));
    };
    await check.settle();
    expect(await check.record()).toMatchObject({ drop: 2, rows: 1_200, toSend: 1_200, state: 'sending' });
    const rows = await check.rows(2);
    expect(new Set(rows.map(({ cells }) => Number(cells[0]?.slice(2)) > 5_000))).toEqual(new Set([true]));
  });

  test('is found changed even if its event is lost', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(1_200));
    check.afterCall = (port) => {
      if (port !== 'files.putDigests' || check.now > noon) return;
      check.now += 31_000;
      check.files.drop(key, csvOf(900), check.now);
    };
    await check.settle();
    expect(await check.record()).toMatchObject({ drop: 2, rows: 900, state: 'sending' });
  });

  test('and deleted while it is checked is refused', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(1_200));
    check.afterCall = (port) => {
      if (port !== 'files.putDigests') return;
      check.now += 31_000;
      check.files.objects.delete(key);
    };
    await check.settle();
    expect(await check.record()).toMatchObject({ state: 'refused', refusal: { rule: 'deleted' } });
    expect(await check.campaigns.active()).toHaveLength(1);
  });

  test('keeps an operator’s pause, and needs a new approval', async () => {
    const check = givenCheck({ approval: 'required' });
    check.drop(key, csvOf(1));
    await check.settle();
    await check.campaigns.act({ source: 'crm', name: 'spring' }, { act: 'pause', reason: 'typo' }, check.now);
    await check.campaigns.act({ source: 'crm', name: 'spring' }, { act: 'approve' }, check.now);
    check.now += 60_000;
    check.drop(key, csvOf(2));
    await check.settle();
    const record = await check.record();
    expect(record).toMatchObject({ drop: 2, state: 'waiting', paused: { reason: 'typo' } });
    expect(record?.approvedAt).toBeUndefined();
  });

  test('replaces a malformed record, without its chunks', async () => {
    const check = givenCheck();
    check.campaigns.corrupt.add('crm/spring');
    check.drop(key, csvOf(1));
    await check.settle();
    expect(await check.record()).toMatchObject({ drop: noon / 1_000, rows: 1, state: 'sending' });
  });
});

describe('an operator', () => {
  const acts = { source: 'crm', name: 'spring' };

  test('may pause a campaign while it is checked: the check goes on, and the pause stays', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(1_200));
    let paused = false;
    check.afterCall = async (port) => {
      if (port !== 'files.putDigests' || paused) return;
      paused = true;
      await check.campaigns.act(acts, { act: 'pause', reason: 'wait' }, check.now);
    };
    await check.settle();
    expect(await check.record()).toMatchObject({ state: 'sending', rows: 1_200, paused: { reason: 'wait' } });
  });

  test('may cancel it: the check stops, and the campaign stays on the list until its results are written', async () => {
    const check = givenCheck();
    check.drop(key, csvOf(1_200));
    check.afterCall = async (port) => {
      if (port === 'files.putDigests') await check.campaigns.act(acts, { act: 'cancel' }, check.now);
    };
    await check.settle();
    expect(await check.record()).toMatchObject({ state: 'cancelled', rows: 0, chunks: 0 });
    expect(await check.campaigns.active()).toHaveLength(1);
  });
});
