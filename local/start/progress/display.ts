import { type ProgressView, progressLine, progressLines } from './progress-lines.ts';

/** The output of the run. */
export interface Display {
  /** Prints a line that stays. */
  print(text: string): void;
  /** Shows the progress, as often as the stream allows. */
  progress(view: ProgressView): void;
  /** Keeps the last progress on the screen. */
  rest(): void;
}

const plainEverySeconds = 5;

/** Redraws its lines on a terminal. Elsewhere (a log, a pipe) it writes a line every few seconds. */
export function display(stream: NodeJS.WriteStream, quiet: boolean): Display {
  if (quiet) return { print: () => {}, progress: () => {}, rest: () => {} };
  return stream.isTTY ? redrawn(stream) : plain(stream);
}

function plain(stream: NodeJS.WritableStream): Display {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    print: (text) => void stream.write(`${text}\n`),
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
    // Moves up to the first drawn line, and clears the screen below.
    if (drawn.length > 0) stream.write(`\u001B[${drawn.length}A\u001B[0J`);
  };
  const draw = (lines: string[]) => {
    erase();
    // A line that wraps would be two lines, so it is cut.
    drawn = lines.map((line) => line.slice(0, stream.columns - 1));
    stream.write(drawn.map((line) => `${line}\n`).join(''));
  };
  return {
    print: (text) => {
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
