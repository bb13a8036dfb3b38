import { spawn } from 'node:child_process';

/** The program that opens an address in the usual browser. The address is an argument of its own, so no shell reads it. */
export function opener(platform: NodeJS.Platform, address: string): [program: string, args: string[]] {
  if (platform === 'darwin') return ['open', [address]];
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', address]];
  return ['xdg-open', [address]];
}

/** Opens a browser. If there is none, the operator opens the printed address. */
export function openBrowser(address: string, print: (words: string) => void): void {
  const [program, args] = opener(process.platform, address);
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.once('error', () => print(`${program} cannot open a browser. Open the address yourself.`));
  child.unref();
}
