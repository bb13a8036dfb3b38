import { expect, test } from 'vitest';
import { act, type Given, goTo, minutesUntil } from '../world/given.ts';

/** What an operator changes by hand, and what the audit has of it. */
export function changesStory(given: () => Given): void {
  test('a lane is paused and resumed with a reason', async () => {
    const { visitor } = given();
    const { page } = visitor;
    await goTo(visitor, 'overview', 'Overview');
    const paused = await act(visitor, 'Pause the lane campaign', 'Pause', 'The rates are wrong');
    expect(paused).toContain("npx onelink pause campaign --reason 'The rates are wrong'");
    await minutesUntil(given(), page.getByText('An operator paused the work. “The rates are wrong”'));
    await act(visitor, 'Resume the lane campaign', 'Resume', 'The rates are right');
    await minutesUntil(given(), page.getByRole('row', { name: /^campaign commands.*Open/ }));
  });

  test('the audit has each of these acts, with its reason', async () => {
    const { visitor } = given();
    await goTo(visitor, 'audit', 'Audit');
    for (const reason of ['The rates are wrong', 'Nobody knows it', 'The cause is gone', 'The queue takes it now'])
      await visitor.page.getByText(reason).first().waitFor();
  });
}
