import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** A file of the page. */
export interface PageFile {
  type: string;
  bytes: Uint8Array;
}

/** The page's files, by their paths: `/`, `/main.js`. */
export type PageFiles = () => Promise<ReadonlyMap<string, PageFile>>;

/** The page's source in a checkout, and the built page in the package. */
const page = new URL('../../console/', import.meta.url);
const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/**
 * The page: from a checkout, bundled when somebody first asks for it; from the package, as it was built.
 *
 * @throws OperatorError if there is neither a source nor a built page
 */
export function pageFiles(): PageFiles {
  let files: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return () => {
    files ??= (existsSync(new URL('main.tsx', page)) ? bundled() : prebuilt()).catch((error: unknown) => {
      files = undefined;
      throw error;
    });
    return files;
  };
}

async function prebuilt(): Promise<ReadonlyMap<string, PageFile>> {
  const read = (name: string) => readFile(new URL(name, page));
  return filesOf(await read('index.html'), await read('main.js'), await read('main.css'));
}

/** esbuild is a development dependency, which only a checkout has. */
async function bundled(): Promise<ReadonlyMap<string, PageFile>> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({ ...pageBuild, write: false });
  const output = (ending: string) =>
    outputFiles?.find(({ path }) => path.endsWith(ending))?.contents ?? new Uint8Array();
  return filesOf(await readFile(new URL('index.html', page)), output('.js'), output('.css'));
}

/** How the page is built. packaging/build.ts uses the same for the package. */
export const pageBuild = {
  entryPoints: [fileURLToPath(new URL('main.tsx', page))],
  outdir: 'page', // esbuild names the files by it, also if it writes none
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'silent',
} satisfies BuildOptions;

function filesOf(html: Uint8Array, js: Uint8Array, css: Uint8Array): ReadonlyMap<string, PageFile> {
  return new Map([
    ['/', { type: types.html, bytes: html }],
    ['/main.js', { type: types.js, bytes: js }],
    ['/main.css', { type: types.css, bytes: css }],
  ]);
}
