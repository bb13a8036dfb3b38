import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decided } from '../../../../../cli/commands/takeover/choice.ts';
import type { OpenTakeover } from '../../../../../cli/commands/takeover/list-options.ts';
import { choiceLines, countList, waitingLines } from '../../../../../cli/commands/takeover/takeover-words.ts';
import { type Finding, TakeoverNotes } from '../../../../../cli/pipeline/takeover/notes.ts';
import { config } from '../../../../../examples/configuration.ts';
import { temporaryFolder } from '../../../../world/temporary-folder.ts';

const folder = await temporaryFolder(afterAll);
let takeovers = 0;

function takeover(found: Finding[], api: 'v2.0' | 'v1.0' = 'v2.0'): OpenTakeover {
  takeovers += 1;
  const notes = new TakeoverNotes(join(folder, String(takeovers)), { stack: 'OneLink-production', source: 'crm' });
  for (const [index, one] of found.entries()) notes.addFound(`A1b3/${index}`, one);
  const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
  const account = { ...(config.accounts.acme ?? expect.fail('no account')), api };
  return {
    pipeline: { stage: 'production', stackName: 'OneLink-production', settings, account },
    campaign: { source: 'crm', name: 'links.takeover' },
    lane: 'campaign',
    template: 'A1b3',
    notes,
    rows: async (take) => {
      for (const [index] of found.entries())
        take({ line: index + 1, text: '', is: 'link', address: { onelinkId: 'A1b3', shortlinkId: String(index) } });
    },
  };
}
const file = 'links.txt';

describe('what a takeover does with the links that the API shows', () => {
  test('is chosen by an option, or stays open if each of them may be of any version', async () => {
    const open = takeover(['readable', 'readable', 'absent']);
    expect(decided({ file }, open)).toEqual({ choice: undefined, by: undefined });
    const counts = await countList(open, decided({ file }, open));
    expect(counts.byClass).toMatchObject({ undecided: 2, absent: 1, adopt: 0 });
    const words = choiceLines(decided({ file }, open), counts, open).join('\n');
    expect(words).toContain(
      '2 links can be taken over, and no answer of the API shows by which version they were made:',
    );
    expect(words).toMatch(/--adopt .*\n.*--migrate /);
    expect(decided({ file, migrate: true }, open)).toEqual({ choice: { action: 'migrate' }, by: 'chosen' });
    expect(decided({ file, migrate: true, ttl: '31d', renewTtl: 'no' }, open)).toEqual({
      choice: { action: 'migrate', ttl: '31d', renewTtl: 'no' },
      by: 'chosen',
    });
  });

  test('refuses a TTL to adopt with version 2.0, which reports it, by an option or by findings', () => {
    const open = takeover(['readable']);
    const words = '--ttl has no effect with --adopt: version 2.0 of the API reports the TTL of each link.';
    expect(() => decided({ file, adopt: true, ttl: '31d' }, open)).toThrow(words);
    expect(() => decided({ file, ttl: '31d' }, takeover(['readable', 'refused']))).toThrow(words);
    expect(decided({ file, adopt: true, ttl: '31d' }, takeover(['readable'], 'v1.0')).choice).toEqual({
      action: 'adopt',
      ttl: '31d',
    });
  });

  test.each([
    [{ ttl: 'forever' }, '--ttl: '],
    [{ keepUntil: '2001-01-01T00:00:00Z' }, '--keep-until: '],
    [{ migrate: true, ttl: '1d', keepUntil: '2099-01-01T00:00:00Z' }, '--ttl: requires a TTL of at least 14 days'],
  ] as const)('refuses an option with a fault before any look: %o', (options, words) => {
    expect(() => decided({ file, ...options }, takeover([]))).toThrow(words);
  });

  test('takes longer for a link whose ID the pipeline could derive, and the plan explains it', async () => {
    const open = takeover(['readable', 'readable']);
    const rows: OpenTakeover['rows'] = async (take) => {
      for (const [index, shortlinkId] of ['poster', '4n18ywz91bkz'].entries()) {
        open.notes.addFound(`A1b3/${shortlinkId}`, 'readable');
        take({ line: index + 1, text: '', is: 'link', address: { onelinkId: 'A1b3', shortlinkId } });
      }
    };
    const counts = await countList({ ...open, rows }, decided({ file, adopt: true }, open));
    expect(counts.waiting).toBe(1);
    expect(waitingLines(counts)).toEqual([
      '1 link has an ID that the pipeline could derive. A create may be recording it, so the pipeline waits ten minutes or more before it answers.',
    ]);
    expect(waitingLines({ ...counts, waiting: 0 })).toEqual([]);
  });

  test('is to adopt, if the API has refused to show a link, so it does not show all', () => {
    const shown = takeover(['readable', 'refused']);
    expect(decided({ file }, shown)).toEqual({ choice: { action: 'adopt' }, by: 'shown' });
    expect(decided({ file, migrate: true }, shown).choice).toEqual({ action: 'migrate' });
  });

  test('is to adopt with version 1.0, which shows its own alone, and no GET shows the TTL', async () => {
    const first = takeover(['readable'], 'v1.0');
    const choice = decided({ file }, first);
    expect(choice).toEqual({ choice: { action: 'adopt' }, by: 'only-way' });
    expect(choiceLines(choice, await countList(first, choice), first).join('\n')).toContain('Give the TTL with --ttl.');
    expect(() => decided({ file, migrate: true }, first)).toThrow(
      'version 1.0 of the API, which cannot migrate a link',
    );
  });

  test('is fixed by the first run, and another attempt may differ', () => {
    const begun = takeover(['readable', 'readable']);
    begun.notes.addAttempt('links.takeover', { action: 'adopt', renewTtl: 'no' }, 'campaign');
    expect(decided({ file }, begun)).toEqual({ choice: { action: 'adopt', renewTtl: 'no' }, by: 'begun' });
    expect(decided({ file, adopt: true, renewTtl: 'no' }, begun).by).toBe('begun');
    expect(() => decided({ file, migrate: true }, begun)).toThrow(
      'This takeover has begun with --adopt --renew-ttl no. Leave the options out. For rejected links, other options go with --again.',
    );
    const kept = { file, keepUntil: '2099-01-01T00:00:00Z' };
    expect(decided(kept, begun, true).choice).toEqual({
      action: 'adopt',
      renewTtl: 'no',
      keepUntil: '2099-01-01T00:00:00Z',
    });
    // What an adopt states of a link is not what a migration should change.
    expect(decided({ file, migrate: true }, begun, true).choice).toEqual({ action: 'migrate' });
  });
});
