/** Something to paste into a shell: a line, or a whole block where a line sets what the next one reads. */
export interface DocumentedCommand {
  file: string;
  command: string;
}

const fence = /^```sh\n(.*?)^```/gms;
const inline = /`((?:npx|npm|aws|read) [^`]+)`/g;

/** Every command of a document, blocks first, then those within its sentences. What only sets variables is none. */
export function commandsIn(file: string, markdown: string): DocumentedCommand[] {
  const blocks = [...markdown.matchAll(fence)].map(([, block = '']) => block.trim());
  const pasted = blocks.flatMap((block) => (/^[A-Z]+=.*$/m.test(block) ? [block] : block.split('\n')));
  const inSentences = [...markdown.replaceAll(fence, '').matchAll(inline)].map(([, command = '']) => command);
  return [...pasted, ...inSentences].filter((line) => line.trim() !== '').map((command) => ({ file, command }));
}

/** One wording for what is the same command: the default stack named or not, another reason, comments, quotation marks. */
export function normalised(command: string): string {
  return command
    .replaceAll(/ +#.*$/gm, '')
    .replaceAll(/ --stack ("\$STACK"|OneLink-production)/g, '')
    .replaceAll("'", '"')
    .replaceAll(/ --reason "[^"]*"/g, ' --reason "…"')
    .trim();
}
