import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { mayDelete, mayGoOn } from '../../../../cli/terminal/confirmation.ts';

const never = new AbortController().signal;

/** A terminal on which somebody types this. */
function typing(text: string | undefined, isTTY = true): string[] {
  const input = Object.assign(new PassThrough(), { isTTY });
  const said: string[] = [];
  const spies = [
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as unknown as typeof process.stdin),
    vi.spyOn(process.stderr, 'write').mockImplementation((words) => said.push(String(words)) > 0),
    vi.spyOn(console, 'error').mockImplementation((words) => void said.push(String(words))),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  if (text === undefined) input.end();
  else input.write(text);
  return said;
}

describe('a question on the terminal', () => {
  test.each(['y\n', 'Yes\n', ' y \n'])('is agreed to with %j', async (text) => {
    const said = typing(text);
    expect(await mayGoOn('Start it?', 'Nothing was sent.', never)).toBe(true);
    expect(said.join('')).toContain('Start it? [y/N]');
  });

  test.each(['\n', 'n\n', 'yess\n', undefined])(
    'is not agreed to with %j, and the words name what did not happen',
    async (text) => {
      const said = typing(text);
      expect(await mayGoOn('Start it?', 'Nothing was sent.', never)).toBe(false);
      expect(said.at(-1)).toBe('Nothing was sent.');
    },
  );

  test('cannot be asked without a terminal', async () => {
    typing('', false);
    await expect(mayGoOn('Start it?', 'Nothing was sent.', never)).rejects.toThrow(
      'The input is not a terminal. To go on without a confirmation, add --yes. Nothing was sent.',
    );
    await expect(mayDelete('Delete them?', never)).rejects.toThrow(
      'To delete without a confirmation, add --yes. Nothing was deleted.',
    );
  });
});
