import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { identify, principalWords } from '../../../../../cli/commands/senders/identify.ts';
import { testFolder } from '../../../../world/test-folder.ts';
import { onelink } from '../../in-process.ts';

const roleId = 'AROAEXAMPLEID12345678';
const userId = 'AIDAEXAMPLEID12345678';
const answer = (Arn: string, UserId: string, Account = '111122223333') => JSON.stringify({ UserId, Account, Arn });
const role = answer('arn:aws:sts::111122223333:assumed-role/crm-sender/i-0abc', `${roleId}:i-0abc`);
const note =
  'The ARN of an assumed role shows no path. If the role has one, take its ARN from: ' +
  'aws iam get-role --role-name crm-sender --query Role.Arn';

describe('onelink senders identify', () => {
  const inFolder = testFolder();

  test.each([
    ['an assumed role', role, `{ role: 'arn:aws:iam::111122223333:role/crm-sender', senderId: '${roleId}' }`],
    [
      'a role of another partition',
      answer('arn:aws-us-gov:sts::111122223333:assumed-role/a+b=c,d.e@f-g/s@x', `${roleId}:s@x`),
      `{ role: 'arn:aws-us-gov:iam::111122223333:role/a+b=c,d.e@f-g', senderId: '${roleId}' }`,
    ],
    [
      'a user, with its path',
      answer('arn:aws:iam::111122223333:user/teams/crm/sender', userId),
      `{ user: 'arn:aws:iam::111122223333:user/teams/crm/sender', senderId: '${userId}' }`,
    ],
    [
      'a user whose path has a quote',
      answer("arn:aws:iam::111122223333:user/o'neill/sender", userId),
      `{ user: 'arn:aws:iam::111122223333:user/o\\'neill/sender', senderId: '${userId}' }`,
    ],
  ])('prints the principal of %s', (_, text, words) => {
    expect(principalWords(identify(text).principal)).toBe(words);
  });

  test.each([
    ['root', answer('arn:aws:iam::111122223333:root', '111122223333'), 'This is the root user of an AWS account.'],
    [
      'a federated user',
      answer('arn:aws:sts::111122223333:federated-user/bob', '111122223333:bob'),
      'This is a federated user.',
    ],
    ['nothing', ' \n', 'The input is empty.'],
    ['the text output', `111122223333\tarn:aws:iam::111122223333:user/a\t${userId}`, 'The input is not JSON.'],
    ['an error', '{"Error":{"Code":"ExpiredToken"}}', 'The input is not the answer of GetCallerIdentity'],
    ['a list', '[]', 'The input is not the answer of GetCallerIdentity'],
    ['null', 'null', 'The input is not the answer of GetCallerIdentity'],
    [
      'a role that nobody has assumed',
      answer('arn:aws:iam::111122223333:role/crm', roleId),
      'arn:aws:iam::111122223333:role/crm is neither a role that somebody has assumed nor an IAM user.',
    ],
    ['no ARN', answer('crm', userId), 'The answer’s Arn and Account do not fit together.'],
    [
      'another account',
      answer('arn:aws:iam::111122223333:user/crm', userId, '444455556666'),
      'The answer’s Arn and Account do not fit together.',
    ],
    [
      'a role with the ID of a user',
      answer('arn:aws:sts::111122223333:assumed-role/crm/s', `${userId}:s`),
      'The answer’s Arn and UserId do not fit together.',
    ],
    [
      'a role with another session',
      answer('arn:aws:sts::111122223333:assumed-role/crm/s', `${roleId}:t`),
      'The answer’s Arn and UserId do not fit together.',
    ],
    [
      'a role without a session',
      answer('arn:aws:sts::111122223333:assumed-role/crm', roleId),
      'The answer’s Arn and UserId do not fit together.',
    ],
    [
      'a user with the ID of a role',
      answer('arn:aws:iam::111122223333:user/crm', roleId),
      'The answer’s Arn and UserId do not fit together.',
    ],
  ])('explains why it refuses %s', (_, text, words) => {
    expect(() => identify(text)).toThrow(words);
  });

  test('reads the standard input, and prints the note beside the line to paste', async () => {
    const { status, stdout, stderr } = await onelink(['senders', 'identify'], `\uFEFF${role}`);
    expect([status, stderr]).toEqual([0, `${note}\n`]);
    expect(stdout).toBe(`{ role: 'arn:aws:iam::111122223333:role/crm-sender', senderId: '${roleId}' }\n`);
  });

  test('reads a file, and --json prints one object', async () => {
    const file = inFolder('who.json');
    await writeFile(file, role);
    const { status, stdout, stderr } = await onelink(['senders', 'identify', file, '--json']);
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      principal: { role: 'arn:aws:iam::111122223333:role/crm-sender', senderId: roleId },
      note,
      boundTo: [],
    });
  });

  test('names the reason why a file cannot be read', async () => {
    await mkdir(inFolder('folder'));
    await writeFile(inFolder('powershell.json'), Buffer.from(`\uFEFF${role}`, 'utf16le'));
    for (const [name, words] of [
      ['no-such.json', 'no-such.json cannot be read: there is no such file.\n'],
      ['folder', 'folder cannot be read: it is a folder.\n'],
      ['powershell.json', 'powershell.json is UTF-16. Save the file as UTF-8 (iconv -f UTF-16 -t UTF-8).\n'],
    ] as const) {
      const { status, stderr } = await onelink(['senders', 'identify', inFolder(name)]);
      expect([status, stderr]).toEqual([2, inFolder(words)]);
    }
    expect((await onelink(['senders', 'identify', '-'], 'nobody')).stderr).toMatch(/^The input is not JSON\./);
  });
});
