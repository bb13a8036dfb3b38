import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { campaignCommand } from '../../../../../cli/commands/campaign/campaign.ts';
import { testFolder } from '../../../../world/test-folder.ts';
import { onelink } from '../../in-process.ts';

const at = testFolder();
const page = readFileSync(new URL('../../../../../docs/campaigns.md', import.meta.url), 'utf8');
const verbs = campaignCommand().commands;
const inPage = [...page.replaceAll('\\\n', ' ').matchAll(/onelink campaign ([a-z]+)([^\n`#]*)/g)];

describe('docs/campaigns.md', () => {
  test('has a command for each verb', () => {
    const shown = new Set(inPage.map(([, verb]) => verb));
    expect(verbs.map((verb) => verb.name()).filter((name) => !shown.has(name))).toEqual([]);
  });

  test('has an example file that its first command accepts', async () => {
    const [, file = ''] = /```csv\n(.+?)```/s.exec(page) ?? [];
    const [, words = ''] = /onelink (campaign plan [^#\n]+)/.exec(page) ?? [];
    await writeFile(at('spring.csv'), file);
    const { status, stdout } = await onelink(words.trim().replace('spring.csv', at('spring.csv')).split(/\s+/));
    expect(stdout).toContain('2 rows: 2 create, 0 rejected');
    expect(status).toBe(0);
  });

  test.each(inPage.map(([text, verb = '', rest = '']) => [text.trim(), verb, rest]))(
    '%s is a command',
    (_, name, rest) => {
      const verb = verbs.find((one) => one.name() === name) ?? expect.fail(`there is no verb ${name}`);
      const known = verb.options.flatMap(({ long }) => (long === undefined ? [] : [long]));
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(known).toContain(option);
      const values = rest.trim().split(/\s+/).filter(Boolean);
      expect(values[0] ?? '').not.toMatch(/^--/);
    },
  );
});
