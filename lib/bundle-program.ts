/**
 * Program: bundles one handler into one folder, both given as arguments. A process of its own, since CDK wants its asset
 * before the call returns and esbuild runs plugins only where it may take its time.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const [entry = '', directory = ''] = process.argv.slice(2);

/**
 * The AWS clients describe every operation there is by objects whose keys are constants of the same file, `{ [_hH]: … }`.
 * To esbuild a computed key is code that may have an effect, so that it keeps them all; with the keys spelt out it drops
 * those of operations that nobody calls: two thirds of what S3's client weighs.
 */
const spellOutKeys: Plugin = {
  name: 'spell-out-keys',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk\/.*\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = text.replaceAll(/\[(\w+)\]:/g, (key, name: string) => {
        const value = constants.get(name);
        return value === undefined ? key : `${value}:`;
      });
      return { contents, loader: 'js' };
    });
  },
};

await build({
  entryPoints: [entry],
  outfile: join(directory, 'index.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  sourcemap: true,
  // Names and lines are what a stack trace shows; the sources themselves would triple the asset.
  sourcesContent: false,
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(
      new URL('../lambdas/runtime/environment-credentials.ts', import.meta.url),
    ),
  },
  plugins: [spellOutKeys],
  // CommonJS dependencies call require(), which an ES module does not have.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
});
