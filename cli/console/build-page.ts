import { copyFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { builtPage, pageBuild, pageSource } from './page-files.ts';

/** Builds the page for the package, which has neither esbuild nor the page's source. */
await build(pageBuild);
await copyFile(new URL('index.html', pageSource), new URL('index.html', builtPage));
