import { type ProgressView, progressLine, progressLines } from './progress-lines.ts';

/** Where the run says what it does. */
export interface Display {
  /** A line that stays. */
  say(text: string): void;
  /** What has changed; shown as often as the place can bear. */
  progress(view: ProgressView): void;
  /** Leaves the last progress standing. */
  rest(): void;
}

const plainEverySeconds = 5;

/** Redraws its lines on a terminal; elsewhere (a log, a pipe) it writes one every few seconds. */
export function display(stream: NodeJS.WriteStream, quiet: boolean): Display {
  if (quiet) return { say: () => {}, progress: () => {}, rest: () => {} };
  return stream.isTTY ? redrawn(stream) : plain(stream);
}

function plain(stream: NodeJS.WritableStream): Display {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    say: (text) => void stream.write(`${text}\n`),
    progress: (view) => {
      if (view.seconds - shownAt < plainEverySeconds) return;
      shownAt = view.seconds;
      stream.write(`${progressLine(view)}\n`);
    },
    rest: () => {},
  };
}

function redrawn(stream: NodeJS.WriteStream): Display {
  let drawn: string[] = [];
  const erase = () => {
    // Up to the first line that was drawn, and clear from there on.
    if (drawn.length > 0) stream.write(`\u001B[${drawn.length}A\u001B[0J`);
  };
  const draw = (lines: string[]) => {
    erase();
    // A line that wraps would be two: cut it.
    drawn = lines.map((line) => line.slice(0, stream.columns - 1));
    stream.write(drawn.map((line) => `${line}\n`).join(''));
  };
  return {
    say: (text) => {
      const below = drawn;
      erase();
      drawn = [];
      stream.write(`${text}\n`);
      if (below.length > 0) draw(below);
    },
    progress: (view) => draw(progressLines(view)),
    rest: () => {
      drawn = [];
    },
  };
}
