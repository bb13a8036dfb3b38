import { describe, expect, test } from 'vitest';
import { csv } from '../../../local/start/report/csv.ts';
import { linksTable, rejectsTable } from '../../../local/start/report/tables.ts';
import { givenLink } from '../cli/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';

describe('csv', () => {
  test('ends lines with CRLF and quotes what needs it', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          [1, 'x,y'],
          [2, 'say "hi"'],
          [3, 'two\nlines'],
        ],
      ),
    ).toBe('a,b\r\n1,"x,y"\r\n2,"say ""hi"""\r\n3,"two\nlines"\r\n');
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+43', "'+43"],
    ['-2', "'-2"],
    ['@cmd', "'@cmd"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['=HYPERLINK("https://evil.example","x")', '"\'=HYPERLINK(""https://evil.example"",""x"")"'],
    ['a=b', 'a=b'],
    ['', ''],
  ])('keeps a spreadsheet from taking %j for a formula', (value, written) => {
    expect(csv(['h'], [[value]])).toBe(`h\r\n${written}\r\n`);
  });
});

test('links.csv has a row for each message, in the order of the file', () => {
  const qr = { bucket: 'b', key: 'qr/A1b3/b.png', format: 'png' as const, bytes: 1 };
  const all = [
    givenAnswered(2, {
      asksForQr: true,
      answer: { link: givenLink('b') },
      qr: { outcome: 'qr-ready', qr, link: givenLink('b') },
    }),
    givenAnswered(1, { answer: { outcome: 'rejected', reason: 'invalid-command' } }),
    givenAnswered(3, {}),
  ];
  const files = new Map([['qr/A1b3/b.png', 'qr/A1b3-b.png']]);
  expect(linksTable(all, 'http://127.0.0.1:4570', files).split('\r\n')).toEqual([
    'line,request,source,campaign,lane,action,status,reason,short_url,local_url,expires_at,qr_file',
    '1,r-1,crm,spring,campaign,create,rejected,invalid-command,,,,',
    '2,r-2,crm,spring,campaign,create,created,,https://acme.onelink.me/A1b3/b,http://127.0.0.1:4570/A1b3/b,2026-04-01T10:00:00Z,qr/A1b3-b.png',
    '3,r-3,crm,spring,campaign,create,unanswered,,,,,',
    '',
  ]);
});

test('rejects.csv has a row for each fault', () => {
  const faults = [
    { path: 'data.pid', rule: 'required', message: 'the media source is mandatory' },
    { path: 'ttl', rule: 'ttl', message: 'must be minutes, hours or days' },
  ];
  const all = [
    givenAnswered(7, { answer: { outcome: 'rejected', reason: 'invalid-command', faults } }),
    givenAnswered(8, { answer: { outcome: 'rejected', reason: 'not-owner' } }),
    givenAnswered(9, { answer: { link: givenLink('a') } }),
  ];
  expect(rejectsTable(all).split('\r\n')).toEqual([
    'line,request,source,reason,path,rule,message',
    '7,r-7,crm,invalid-command,data.pid,required,the media source is mandatory',
    '7,r-7,crm,invalid-command,ttl,ttl,"must be minutes, hours or days"',
    '8,r-8,crm,not-owner,,,',
    '',
  ]);
});
