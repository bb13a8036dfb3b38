/**
 * Program: bundles one handler into one folder, both given as arguments. A process of its own, since CDK wants its asset
 * before the call returns and esbuild runs plugins only where it may take its time.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
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

/**
 * What the libraries bring along and no function uses: each export becomes one that makes something which throws when it is
 * used. (They are called, or constructed, while a client or a schema is made.) `test/stack/bundle.test.ts` holds the sizes.
 */
const leftOut = [
  // S3's SelectObjectContent and its like.
  /@smithy\/core\/.*\/event-streams\/(eventstream-(codec|serde|serde-universal)\/.*|EventStreamSerde)\.js$/,
  // DynamoDB's endpoints by account, where somebody asks for them.
  /@aws-sdk\/endpoint-cache\/dist-es\/EndpointCache\.js$/,
  // JSON Schemas of the commands are generated when the project is built (schemas/).
  /zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/,
];
const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onLoad }) {
    for (const filter of leftOut) {
      onLoad({ filter }, async ({ path }) => {
        const exported = (await readFile(path, 'utf8')).matchAll(
          /^export (?:async )?(?:const|class|function\*?) (\w+)|^export \{ \w+ as (\w+) \}/gm,
        );
        const refuse = `const leftOut = () => { throw new Error('left out of the bundle (lib/constructs/bundle-program.ts): ${basename(path)}'); };`;
        const names = [...exported].map(([, name, alias]) => `export function ${alias ?? name}() { return leftOut; }`);
        return { contents: [refuse, ...names].join('\n'), loader: 'js' };
      });
    }
  },
};

/**
 * Node's `http` makes its WebSocket when somebody looks at it, out of a large library. An ES import looks at everything that a
 * module exports, so that each cold start would wait for that; this way none does.
 */
const httpAlone: Plugin = {
  name: 'http-alone',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

await build({
  entryPoints: { index: entry },
  outdir: directory,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // What is imported on demand lies in a file of its own, and what it shares with the rest in another.
  splitting: true,
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
      new URL('../../lambdas/runtime/environment-credentials.ts', import.meta.url),
    ),
  },
  plugins: [spellOutKeys, leaveOut, httpAlone],
  // What names a browser to AWS.
  external: ['bowser'],
  // CommonJS dependencies call require(), which an ES module does not have.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
});
