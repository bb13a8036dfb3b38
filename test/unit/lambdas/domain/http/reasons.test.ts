import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeDetail, endedDetail } from '../../../../../lambdas/domain/http/reasons.ts';

const page = readFileSync(new URL('../../../../../docs/commands.md', import.meta.url), 'utf8');
/** The reasons that docs/commands.md lists for an outcome. */
const reasonsOf = (outcome: string): string[] => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${outcome}\` |`)) ?? '';
  return [...(row.split(' | ').at(-1) ?? '').matchAll(/`([^`]+)`/g)].map(([, reason = '']) => reason);
};
const general = 'Correct the command, and send it under another key.';

describe('the detail of a command that made nothing', () => {
  it.each([
    ['rejected', 'not-owner', 'Only its owner may change it.'],
    ['rejected', 'link-deleted', 'The link was deleted.'],
    ['stale', 'valid-until-passed', 'with a later validUntil'],
    ['superseded', 'later-change-applied', 'Read the link.'],
    ['conflict', 'expired-link-remains', '48 hours'],
    ['qr-failed', 'refused-by-api', 'Correct the options'],
  ])('%s for %s states the fix', (ended, reason, fix) => {
    const detail = endedDetail(ended, reason, false);
    expect(detail).toContain(`The command ended as ${ended}: ${reason}. `);
    expect(detail).toContain(fix);
    expect(detail).not.toContain('Read errors');
  });

  it('points to errors only if there are any', () => {
    expect(endedDetail('rejected', 'refused-by-api', true)).toContain('Read errors.');
    expect(endedDetail('rejected', 'refused-by-api', false)).not.toContain('errors');
    expect(endedDetail('rejected', 'refused-by-api', false)).toContain('under another key');
    expect(endedDetail('rejected', 'refused-by-api', false, true)).not.toContain('key');
  });

  it('knows each documented reason, except those whose faults state the fix', () => {
    const reasons = ['rejected', 'conflict', 'stale', 'superseded'].flatMap(reasonsOf);
    expect(reasons).toContain('made-elsewhere');
    const unknown = reasons.filter((reason) => endedDetail('rejected', reason, false).endsWith(general));
    expect(unknown).toEqual(['invalid-command', 'refused-by-api', 'data-too-large']);
  });

  it('has a fix for a reason that is not known here', () => {
    expect(endedDetail('rejected', 'new-reason', false)).toContain(general);
    expect(codeDetail('new-reason')).toContain('under another key');
  });

  it('states why a code cannot be made', () => {
    expect(codeDetail('link-deleted')).toBe(
      'The QR code cannot be made: link-deleted. The link was deleted, so no code follows.',
    );
  });
});
