import { describe, expect, test } from 'vitest';
import type { LinkCheck } from '../../../../../cli/commands/verify/link-check.ts';
import { Report } from '../../../../../cli/commands/verify/report.ts';
import { givenRecord } from '../../../../world/given-ledger.ts';

const address = { onelinkId: 'A1b3', shortlinkId: 'secret-id' };
const differences = [
  { what: 'data' as const, words: 'its data differs' },
  { what: 'expiry' as const, words: 'expires 1 d earlier at the API' },
];
const lease = { action: 'update' as const, requestId: 'r-9', requestedAt: '', until: 1 };
const different = (change = {}): LinkCheck => ({ result: 'different', record: givenRecord({}, change), differences });

function report(options: { json?: boolean; showLinks?: boolean }, checks: LinkCheck[], facts = {}) {
  const [out, notes]: [string[], string[]] = [[], []];
  const made = new Report(
    { out: (line) => void out.push(line), note: (line) => void notes.push(line) },
    { json: false, showLinks: false, ...options },
  );
  for (const check of checks) made.checked(address, check);
  const code = made.close({ linksInLedger: 1_234, wanted: 100, interrupted: false, ...facts });
  return { code, out, notes };
}

describe('the report', () => {
  test('names a link by who asked for it, and neither its address nor its URL', () => {
    const { out, code } = report({}, [different()]);
    expect(out).toEqual(['crm  r-1  its data differs; expires 1 d earlier at the API']);
    expect(code).toBe(1);
  });

  test('shows the address to those who ask', () => {
    expect(report({ showLinks: true }, [different()]).out).toEqual([
      'crm  r-1  A1b3/secret-id  its data differs; expires 1 d earlier at the API',
    ]);
  });

  test('tells a change that nobody has settled', () => {
    expect(report({}, [different({ lease })]).out[0]).toMatch(
      / {2}change r-9 is unsettled: the link’s next command settles it$/,
    );
  });

  test('speaks JSON, and names no link there either', () => {
    const { out, notes } = report({ json: true }, [different(), { result: 'equal' }, { result: 'equal' }]);
    expect(out.map((line) => JSON.parse(line))).toEqual([
      { kind: 'difference', source: 'crm', requestId: 'r-1', differences },
      { kind: 'summary', checked: 3, linksInLedger: 1_234, interrupted: false, links: { equal: 2, different: 1 } },
    ]);
    expect(notes).toEqual([]);
  });

  test('sums up', () => {
    const checks: LinkCheck[] = [{ result: 'equal' }, { result: 'equal' }, { result: 'renewed-by-clicks' }];
    const { code, notes } = report({}, checks);
    expect(notes).toEqual(['3 of 1,234 links looked at: 2 equal, 1 renewed-by-clicks']);
    expect(code).toBe(0);
  });

  test.each<[string, number, LinkCheck[], boolean]>([
    ['equal', 0, [{ result: 'equal' }, { result: 'being-changed' }, { result: 'gone' }], false],
    ['nothing to look at', 0, [], false],
    ['differences, and an interruption', 1, [different()], true],
    ['an interruption', 2, [{ result: 'equal' }], true],
    ['links unread', 2, [{ result: 'equal' }, { result: 'unread' }], false],
  ])('ends as it should for %s', (_, code, checks, interrupted) => {
    expect(report({}, checks, { interrupted }).code).toBe(code);
  });

  test('says when it is interrupted how far it came and how to go on, differences or not', () => {
    const { notes } = report({}, [different(), { result: 'equal' }], { interrupted: true });
    expect(notes).toEqual([
      '2 of 1,234 links looked at: 1 equal, 1 different',
      'Interrupted: what was not looked at may differ. It cannot go on where it ended: run it again, which takes another sample.',
    ]);
  });
});
