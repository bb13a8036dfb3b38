/** A command to paste into a shell: a line, or a whole block if one of its lines sets a variable. */
export interface DocumentedCommand {
  file: string;
  command: string;
}

const fence = /^```sh\n(.*?)^```/gms;
const inline = /`((?:npx|npm|aws|read) [^`]+)`/g;

/** Every command of a document: those in blocks, then those in sentences. */
export function commandsIn(file: string, markdown: string): DocumentedCommand[] {
  const blocks = [...markdown.matchAll(fence)].map(([, block = '']) => block.trim());
  const pasted = blocks.flatMap((block) => (/^[A-Z]+=.*$/m.test(block) ? [block] : block.split('\n')));
  const inSentences = [...markdown.replaceAll(fence, '').matchAll(inline)].map(([, command = '']) => command);
  return [...pasted, ...inSentences].filter((line) => line.trim() !== '').map((command) => ({ file, command }));
}

/** One wording for equal commands: without the default stack, the reason and comments, and with one kind of quotation marks. */
export function normalised(command: string): string {
  return command
    .replaceAll(/ +#.*$/gm, '')
    .replaceAll(/ --stack ("\$STACK"|OneLink-production)/g, '')
    .replaceAll("'", '"')
    .replaceAll(/ --reason "[^"]*"/g, ' --reason "…"')
    .trim();
}
