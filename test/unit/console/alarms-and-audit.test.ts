import { describe, expect, it } from 'vitest';
import type { AlarmItem } from '../../../cli/console/contract/alarms.ts';
import { divided, isNamed, shortName } from '../../../console/alarms/alarm-order.ts';
import { blocksOf, spansOf } from '../../../console/alarms/markdown.ts';
import { actWords, auditPath, factsWords, filtersIn, whoWords } from '../../../console/audit/audit-words.ts';

const alarm = (name: string, state: AlarmItem['state']): AlarmItem => ({
  name,
  entry: name.replace('OneLink-', ''),
  state,
  since: null,
  severity: 'page',
  description: '',
  sections: [],
});

describe('a text of the runbook', () => {
  it('has paragraphs, lists, tables and code', () => {
    const text = [
      'One line',
      'and its end.',
      '',
      '- first',
      '  goes on',
      '- second',
      '',
      '1. one',
      '',
      '| Reason | Cause |',
      '|---|:--|',
      '| `a\\|b` | because |',
      '```sh',
      'npx onelink status',
      '| not a table |',
      '```',
      'After.',
    ].join('\n');

    expect(blocksOf(text)).toEqual([
      { kind: 'paragraph', text: 'One line and its end.' },
      { kind: 'list', isNumbered: false, items: ['first goes on', 'second'] },
      { kind: 'list', isNumbered: true, items: ['one'] },
      { kind: 'table', head: ['Reason', 'Cause'], rows: [['`a|b`', 'because']] },
      { kind: 'code', text: 'npx onelink status\n| not a table |' },
      { kind: 'paragraph', text: 'After.' },
    ]);
  });

  it('shows what a fence holds that nobody closes', () => {
    expect(blocksOf('```\nleft open')).toEqual([{ kind: 'code', text: 'left open' }]);
  });

  it('has words, code, strong words and links without their address', () => {
    expect(spansOf('Read `a*b`, **now**, in [the page](javascript:alert(1)).')).toEqual([
      { kind: 'text', text: 'Read ' },
      { kind: 'code', text: 'a*b' },
      { kind: 'text', text: ', ' },
      { kind: 'strong', text: 'now' },
      { kind: 'text', text: ', in ' },
      { kind: 'link', text: 'the page' },
      { kind: 'text', text: ').' },
    ]);
  });

  it('keeps markup as text', () => {
    expect(spansOf('<img src=x onerror=alert(1)>')).toEqual([{ kind: 'text', text: '<img src=x onerror=alert(1)>' }]);
  });
});

describe('the alarms', () => {
  it('shows those in ALARM apart from the rest', () => {
    const { ringing, others } = divided([alarm('a', 'OK'), alarm('b', 'ALARM'), alarm('c', 'INSUFFICIENT_DATA')]);

    expect(ringing.map(({ name }) => name)).toEqual(['b']);
    expect(others.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it('finds the alarm of an address by its name or its entry', () => {
    const one = alarm('OneLink-dead-letters', 'OK');

    expect([isNamed(one, 'dead-letters'), isNamed(one, 'OneLink-dead-letters')]).toEqual([true, true]);
    expect([isNamed(one, 'dead'), isNamed(one, undefined)]).toEqual([false, false]);
  });

  it('leaves out the stack, with which all names begin', () => {
    expect(shortName('OneLink-production-dead-letters', 'OneLink-production')).toBe('dead-letters');
    expect(shortName('OneLink-production2-x', 'OneLink-production')).toBe('OneLink-production2-x');
  });
});

describe('the audit', () => {
  it('asks for the last 7 days, unless its address has filters', () => {
    expect(auditPath(filtersIn({}), '')).toBe('/api/audit?since=7d');
    expect(auditPath(filtersIn({ since: '30d', by: 'Ada & Co', act: 'pause' }), 'n1')).toBe(
      '/api/audit?since=30d&by=Ada+%26+Co&act=pause&after=n1',
    );
  });

  it('names the role and its session, or that nobody proved who it was', () => {
    const arn = 'arn:aws:sts::111122223333:assumed-role/Operator/ada';
    expect(whoWords({ name: 'Operator/ada', arn, account: '111122223333' })).toBe('Operator/ada');
    expect(whoWords(null)).toBe('Not proved');
  });

  it('words acts, and calls that nobody could read', () => {
    expect(actWords('subject-find')).toBe('Subject find');
    expect(actWords('unknown')).toBe('A call that cannot be read');
  });

  it('words what an act was about', () => {
    expect(factsWords({ lanes: ['campaign', 'qr'], letters: 12 })).toBe('lanes campaign, qr; letters 12');
    expect(factsWords({ subjects: 1, place: 'ledger', liveLinks: 1_200, httpRecords: 0 })).toBe(
      'subjects 1; in ledger; live links 1,200; HTTP records 0',
    );
    expect(factsWords({ changed: true, held: false, lanes: [] })).toBe('changed yes; held no; lanes none');
  });
});
