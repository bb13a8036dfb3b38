import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import type { Browser, LaunchOptions } from 'playwright-core';
import { hasPackagedBrowser, installBrowser, packages, unpacked } from './install.ts';
import { browserOrSkip } from './without-browser.ts';

/** Chrome or Edge, where an operator has installed it. */
const channels = ['chrome', 'msedge'] as const;

/** Starts a browser: the packaged Chromium on Linux x64, elsewhere an installed Chrome or Edge. @returns undefined if there is none */
export const startBrowser = () =>
  browserOrSkip(
    async () => {
      await installBrowser(console.log);
      return launched();
    },
    { isCi: Boolean(process.env.CI), warn: console.warn },
  );

async function launched(): Promise<Browser> {
  const { chromium } = fromPackages<typeof import('playwright-core')>('playwright-core');
  if (hasPackagedBrowser) {
    const executablePath = join(unpacked, 'chromium');
    // A machine with little else has neither the libraries nor a font. The package has both.
    return chromium
      .launch({ executablePath, env: variables({}) })
      .catch(() => chromium.launch({ executablePath, env: variables({ libraries: join(unpacked, 'al2023/lib') }) }));
  }
  for (const channel of channels) {
    const options: LaunchOptions = { channel };
    const browser = await chromium.launch(options).catch(() => undefined);
    if (browser !== undefined) return browser;
  }
  throw new Error('neither Chrome nor Edge is installed here');
}

function variables({ libraries }: { libraries?: string }): Record<string, string> {
  const { LD_LIBRARY_PATH, ...inherited } = process.env;
  const paths = [libraries, LD_LIBRARY_PATH].filter((path) => path !== undefined);
  return {
    ...(inherited as Record<string, string>),
    ...(paths.length > 0 && { LD_LIBRARY_PATH: paths.join(delimiter) }),
    ...(!existsSync('/etc/fonts/fonts.conf') && { FONTCONFIG_PATH: join(unpacked, 'fonts') }),
  };
}

/** Loads a package that may not have been there when the test run began. */
function fromPackages<Module>(name: string): Module {
  return createRequire(join(packages, 'index.js'))(name) as Module;
}

/** The source of axe-core, which a page runs. */
export const axeSource = (): string => fromPackages<{ source: string }>('axe-core').source;
