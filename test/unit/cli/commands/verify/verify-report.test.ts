import { describe, expect, test } from 'vitest';
import { Report } from '../../../../../cli/commands/verify/report.ts';
import type { LinkCheck } from '../../../../../cli/pipeline/links/link-check.ts';
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
  test('names a link by its request, and shows neither its address nor its URL', () => {
    const { out, code } = report({}, [different()]);
    expect(out).toEqual(['crm  r-1  its data differs; expires 1 d earlier at the API']);
    expect(code).toBe(1);
  });

  test('shows the address with --show-links', () => {
    expect(report({ showLinks: true }, [different()]).out).toEqual([
      'crm  r-1  A1b3/secret-id  its data differs; expires 1 d earlier at the API',
    ]);
  });

  test('names a change whose result is not recorded', () => {
    expect(report({}, [different({ lease })]).out[0]).toMatch(
      / {2}change r-9 has no result yet: the link’s next command verifies it$/,
    );
  });

  test('prints JSON without a link', () => {
    const { out, notes } = report({ json: true }, [different(), { result: 'equal' }, { result: 'equal' }]);
    expect(out.map((line) => JSON.parse(line))).toEqual([
      { kind: 'difference', source: 'crm', requestId: 'r-1', differences },
      { kind: 'summary', checked: 3, linksInLedger: 1_234, interrupted: false, links: { equal: 2, different: 1 } },
    ]);
    expect(notes).toEqual([]);
  });

  test('ends with a summary', () => {
    const checks: LinkCheck[] = [{ result: 'equal' }, { result: 'equal' }, { result: 'renewed-by-clicks' }];
    const { code, notes } = report({}, checks);
    expect(notes).toEqual(['3 of 1,234 links checked: 2 equal, 1 renewed-by-clicks']);
    expect(code).toBe(0);
  });

  test.each<[string, number, LinkCheck[], boolean]>([
    ['equal', 0, [{ result: 'equal' }, { result: 'being-changed' }, { result: 'gone' }], false],
    ['nothing to look at', 0, [], false],
    ['differences, and an interruption', 1, [different()], true],
    ['an interruption', 2, [{ result: 'equal' }], true],
    ['links unread', 2, [{ result: 'equal' }, { result: 'unread' }], false],
  ])('ends with the right exit code for %s', (_, code, checks, interrupted) => {
    expect(report({}, checks, { interrupted }).code).toBe(code);
  });

  test('prints after an interruption how many links it checked and how to run it again', () => {
    const { notes } = report({}, [different(), { result: 'equal' }], { interrupted: true });
    expect(notes).toEqual([
      '2 of 1,234 links checked: 1 equal, 1 different',
      'Interrupted: the other links may differ. The verb cannot continue where it ended. Run it again, which takes another sample.',
    ]);
  });
});
