import type { Display } from './display.ts';
import type { ProgressView } from './progress-lines.ts';

/**
 * A display for each pipeline of a run. All show on one screen: the lanes of all, under their pipeline's name, and sums of the
 * rest. A pipeline alone has the screen for itself.
 */
export function joinedDisplays(screen: Display, names: readonly string[]): Display[] {
  if (names.length === 1) return [screen];
  const views = new Map<string, ProgressView>();
  let resting = 0;
  return names.map((name) => ({
    print: (text) => screen.print(text),
    progress: (view) => {
      views.set(name, view);
      screen.progress(joined(names, views, view));
    },
    rest: () => {
      resting += 1;
      if (resting === names.length) screen.rest();
    },
  }));
}

function joined(
  names: readonly string[],
  views: ReadonlyMap<string, ProgressView>,
  { seconds, quota, alarms, deadLetters }: ProgressView,
): ProgressView {
  const all = names.flatMap((name) => views.get(name) ?? []);
  const sum = (of: (view: ProgressView) => number) => all.reduce((total, view) => total + of(view), 0);
  return {
    seconds,
    lanes: names.flatMap((name) =>
      (views.get(name)?.lanes ?? []).map((lane) => ({ ...lane, name: `${name} ${lane.name}` })),
    ),
    qr: {
      done: sum(({ qr }) => qr.done),
      owed: sum(({ qr }) => qr.owed),
      perSecond: sum(({ qr }) => qr.perSecond),
    },
    file: all.find(({ file }) => file !== undefined)?.file,
    // The account and the local cloud are the same for all.
    quota,
    alarms,
    deadLetters,
    killed: all.find(({ killed }) => killed !== undefined)?.killed,
  };
}
