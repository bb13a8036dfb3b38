import { describe, expect, test } from 'vitest';
import { brokenWords, checkPolicy, readWords } from '../../../../../cli/commands/policy/policy-check.ts';
import type { LinkPolicies } from '../../../../../lambdas/domain/policy/link-policy.ts';
import { givenLinkAt } from '../../../../world/given-ledger.ts';

const address = { onelinkId: 'A1b3', shortlinkId: 'poster' };
const nowMilliseconds = Date.parse('2026-03-10T12:00:00Z');

function checked(policies: LinkPolicies) {
  const link = { data: { pid: 'sms' }, expiresAt: nowMilliseconds / 1000 + 86_400, ttlSeconds: 86_400 };
  return checkPolicy(address, policies, {
    ledger: { link: async () => givenLinkAt('poster', { source: 'crm' }) },
    api: { read: async () => ({ meaning: 'ok', value: link }) } as unknown as Parameters<typeof checkPolicy>[2]['api'],
    clock: { wallMilliseconds: () => nowMilliseconds, monotonicMilliseconds: () => 0, sleep: async () => {} },
  });
}

describe('the check of an existing link', () => {
  test('keeps the rules of a policy that warns apart from those of one that is enforced', async () => {
    const template = { mode: 'warn', mandatory: ['c', 'af_channel'] } as const;
    const producer = { mode: 'enforce', mandatory: ['c'] } as const;
    const result = await checked({
      templates: { A1b3: { ...template, mandatory: [...template.mandatory] } },
      producers: { crm: { ...producer, mandatory: [...producer.mandatory] } },
    });
    expect(result).toMatchObject({
      result: 'broken',
      broken: [
        { parameter: 'c', rule: 'policy-mandatory', mode: 'enforce' },
        { parameter: 'af_channel', rule: 'policy-mandatory', mode: 'warn' },
      ],
    });
  });

  test('marks them in words', () => {
    const rule = { parameter: 'c', rule: 'policy-mandatory' };
    expect(brokenWords({ ...rule, mode: 'warn' })).toBe('c [policy-mandatory] (only warns)');
    expect(brokenWords({ ...rule, mode: 'enforce' })).toBe('c [policy-mandatory]');
  });
});

test.each([
  [100, 2_000, 100, 'a random sample of 100 of 2,000 links; --all reads every link'],
  [50, 50, 100, 'of 50 links'],
  [2_000, 2_000, undefined, 'of 2,000 links'],
])('shows whether the links that were read are a sample: %i of %i', (links, all, sample, words) => {
  expect(readWords(links, all, sample)).toBe(words);
});
