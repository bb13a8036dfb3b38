import { describe, expect, test } from 'vitest';
import { guessOptions, guessWords, openGuesses, withGuesses } from '../../../../../cli/commands/campaign/guess.ts';
import type { ColumnGuess } from '../../../../../lambdas/domain/campaign/column-guess.ts';

const guess = (change: Partial<ColumnGuess>): ColumnGuess => ({
  header: 'Channel',
  target: 'data.pid',
  by: 'guessed',
  isKey: false,
  samples: ['sms'],
  ...change,
});

describe('a guess at a column', () => {
  test('is asked about only if it changes anything that the settings leave open', () => {
    const guesses = [
      guess({}),
      guess({ header: 'c', target: 'data.c', by: 'named' }),
      guess({ header: 'Shop', target: 'data.Shop', by: 'other', isKey: true }),
    ];
    const headers = (settings: Parameters<typeof openGuesses>[1]) =>
      openGuesses(guesses, settings).map(({ header }) => header);
    expect(headers({})).toEqual(['Channel', 'Shop']);
    expect(headers({ columns: { Channel: 'data.c' } })).toEqual(['Shop']);
    expect(headers({ key: 'c' })).toEqual(['Channel']);
  });

  test('becomes a setting beside those that are there', () => {
    const settings = { template: 'A1b3', columns: { Mail: '-' } };
    const key = guess({ header: 'Shop', target: 'data.Shop', by: 'other', isKey: true });
    expect(withGuesses(settings, [guess({}), key])).toEqual({
      template: 'A1b3',
      columns: { Mail: '-', Channel: 'data.pid' },
      key: 'Shop',
    });
    expect(withGuesses({ key: 'No' }, [key])).toEqual({ key: 'No' });
  });

  test('is shown with values, in which nothing can move the cursor', () => {
    expect(guessWords(guess({ samples: ['sms', '\u001b[2J'] }))).toBe('  Channel → data.pid    sms | \\u{1b}[2J');
    expect(guessWords(guess({ samples: [] }))).toBe('  Channel → data.pid    empty');
  });

  test('is an option that a shell reads as it is', () => {
    expect(guessOptions([guess({ header: "Shop's name" })])).toBe(`--map 'Shop'\\''s name=data.pid'`);
  });
});
