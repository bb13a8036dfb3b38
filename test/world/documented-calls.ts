/** A command of `aws` or `onelink` in a document, and where it stands. */
export interface DocumentedCall {
  /** The heading above it. */
  section: string;
  /** `logs tail`, `dead-letters list`. */
  words: string;
  /** The whole command, with its comment. */
  text: string;
  /** Whether its comment or its sentence names an administrator. */
  forAdministrator: boolean;
}

const fence = /^```sh\n(.*?)^```/gms;
const named = /administrator/i;

/** Each command of `aws` in Markdown: in its blocks, and in sentences. Functions such as `logs` stand for theirs. */
export function awsCallsIn(markdown: string): DocumentedCall[] {
  return sectionsOf(markdown).flatMap(({ section, text }) => [
    ...linesOf(text).flatMap((line) => callsOf(section, line, line)),
    ...paragraphsOf(text).flatMap((paragraph) =>
      [...paragraph.matchAll(/`(aws [^`]+)`/g)].flatMap(([, command = '']) => callsOf(section, command, paragraph)),
    ),
  ]);
}

/** Each verb of `onelink` in Markdown, as the words of the program. */
export function verbsIn(markdown: string, verbs: readonly string[]): DocumentedCall[] {
  const longestFirst = verbs.toSorted((one, other) => other.length - one.length);
  return sectionsOf(markdown).flatMap(({ section, text }) =>
    [...text.matchAll(/npx onelink ([^\n`]+)/g)].map(([, command = '']) => {
      const words = longestFirst.find((verb) => command === verb || command.startsWith(`${verb} `));
      if (words === undefined) throw new Error(`${section}: no verb begins “${command}”`);
      return { section, words, text: command, forAdministrator: false };
    }),
  );
}

/** The text below each heading. */
export function sectionsOf(markdown: string): { section: string; text: string }[] {
  return markdown.split(/^#+ /m).map((part) => {
    const end = part.indexOf('\n');
    return { section: part.slice(0, end).trim(), text: part.slice(end) };
  });
}

const linesOf = (text: string) => [...text.matchAll(fence)].flatMap(([, block = '']) => block.split('\n'));
const paragraphsOf = (text: string) => text.replaceAll(fence, '').split(/\n\n/);

function callsOf(section: string, command: string, said: string): DocumentedCall[] {
  return [...command.matchAll(/(?<![\w/.-])aws ([a-z0-9]+) ([a-z0-9-]+)/g)].map(([, service, operation]) => ({
    section,
    words: `${service} ${operation}`,
    text: command,
    forAdministrator: named.test(said),
  }));
}
