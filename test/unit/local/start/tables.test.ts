import { expect, test } from 'vitest';
import { linksTable, rejectsTable } from '../../../../local/start/report/tables.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';

const host = { origin: 'http://127.0.0.1:4570', isUp: true };

test('links.csv has a row for each message, in the order of the file', () => {
  const qr = { bucket: 'b', key: 'qr/crm/A1b3/b.png', format: 'png' as const, bytes: 1 };
  const all = [
    givenAnswered(2, {
      asksForQr: true,
      answer: { link: givenLink('b') },
      qr: { outcome: 'qr-ready', qr, link: givenLink('b') },
    }),
    givenAnswered(1, { answer: { outcome: 'rejected', reason: 'invalid-command' } }),
    givenAnswered(3, {}),
  ];
  const files = new Map([['qr/crm/A1b3/b.png', 'qr/crm~A1b3~b.png']]);
  expect(linksTable(all, host, files).split('\r\n')).toEqual([
    '\ufeffline,request,source,campaign,lane,action,status,reason,short_url,local_url,expires_at,qr_file',
    '1,r-1,crm,spring,campaign,create,rejected,invalid-command,,,,',
    '2,r-2,crm,spring,campaign,create,created,,https://acme.onelink.me/A1b3/b,http://127.0.0.1:4570/A1b3/b,2026-04-01T10:00:00Z,qr/crm~A1b3~b.png',
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
    '\ufeffline,request,source,reason,path,rule,message',
    '7,r-7,crm,invalid-command,data.pid,required,the media source is mandatory',
    '7,r-7,crm,invalid-command,ttl,ttl,"must be minutes, hours or days"',
    '8,r-8,crm,not-owner,,,',
    '',
  ]);
});

test('links at the emulator are marked as dead after the run', () => {
  const all = [givenAnswered(1, { answer: { link: givenLink('a') } })];
  expect(linksTable(all, { ...host, isUp: false }, new Map())).toContain(',dead: http://127.0.0.1:4570/A1b3/a,');
});

test('each name of metadata has a column of its own', () => {
  const all = [
    givenAnswered(1, { answer: { metadata: { team: '=1+1' } } }),
    givenAnswered(2, { answer: { outcome: 'rejected', reason: 'not-owner', metadata: { flight: 'LH 1' } } }),
    givenAnswered(3, {}),
  ];
  const rows = linksTable(all, host, new Map()).split('\r\n');
  expect(rows[0]).toMatch(/,qr_file,metadata\.team,metadata\.flight$/);
  expect(rows.slice(1, 4).map((row) => row.split(',').slice(-2))).toEqual([
    ["'=1+1", ''],
    ['', 'LH 1'],
    ['', ''],
  ]);
  expect(rejectsTable(all).split('\r\n').slice(0, 2)).toEqual([
    '\ufeffline,request,source,reason,path,rule,message,metadata.flight',
    '2,r-2,crm,not-owner,,,,LH 1',
  ]);
});

test('too many names of metadata share a column', () => {
  const all = Array.from({ length: 51 }, (_, index) =>
    givenAnswered(index + 1, { answer: { metadata: { [`key-${index}`]: 'v' } } }),
  );
  const rows = linksTable(all, host, new Map()).split('\r\n');
  expect(rows[0]).toMatch(/,qr_file,metadata$/);
  expect(rows[1]).toMatch(/,"\{""key-0"":""v""\}"$/);
});
