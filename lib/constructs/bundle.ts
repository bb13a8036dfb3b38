import { createHash } from 'node:crypto';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { BuildOptions } from 'esbuild';

/** The jobs that have a handler in `lambdas/<job>/handler.ts`. */
export const jobs = [
  'link-worker',
  'qr-worker',
  'expiry-intake',
  'expiry-worker',
  'governor',
  'replayer',
  'forwarder',
  'operations',
  'campaign-checker',
  'campaign-sender',
  'reader',
  'http-api',
  'http-authorizer',
] as const;
export type Job = (typeof jobs)[number];

/** The options with which esbuild bundles a handler and its imports, the AWS SDK included, for Lambda's Node.js. */
export const bundleOptions = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // Each dynamic import becomes a separate file, which a cold start does not load.
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  sourcemap: true,
  // A stack trace needs names and lines only. The sources would triple the asset's size.
  sourcesContent: false,
  mainFields: ['module', 'main'],
  // CommonJS dependencies call require(), which ES modules lack.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
} as const satisfies BuildOptions;

const folder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** A checkout has the handlers. */
const sourceOf = (job: Job) => folder(`lambdas/${job}/handler.ts`);
/** The package has what {@link writeBundle} made of them, so an app that installs it needs no esbuild. */
const prebuiltOf = (job: Job) => folder(`functions/${job}`);

/**
 * Bundles one job from its source. The files are the same in every folder and on every machine. So an app deploys a function again
 * only if its code has changed.
 *
 * @param outdir an existing folder
 */
export function writeBundle(job: Job, outdir: string): void {
  // A development dependency, which the package does not have.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  // Source maps name the sources by their path from the output. So esbuild gets the same output each time.
  const fixed = folder(`dist/functions/${job}`);
  const built = buildSync({ ...bundleOptions, entryPoints: { index: sourceOf(job) }, outdir: fixed, write: false });
  for (const { path, contents } of built.outputFiles) writeFileSync(join(outdir, relative(fixed, path)), contents);
}

/**
 * One job's handler and its imports, as `index.mjs` and further files. The bundle includes the AWS SDK, because a bundled SDK
 * loads faster than the runtime's own. If CDK must not bundle a stack, the asset is the folder of the source.
 *
 * @param files texts to put beside the handler, by file name
 */
export function handlerCode(job: Job, files: Readonly<Record<string, string>> = {}): Code {
  const hasSource = existsSync(sourceOf(job));
  return Code.fromAsset(hasSource ? folder(`lambdas/${job}`) : prebuiltOf(job), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK requires an image and never pulls it: the local bundling below succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      // CDK bundles a folder once for an app, unless the options differ. Two pipelines have files of their own.
      environment: { FILES: createHash('sha256').update(JSON.stringify(files)).digest('hex') },
      local: {
        tryBundle: (outdir) => {
          if (hasSource) writeBundle(job, outdir);
          else cpSync(prebuiltOf(job), outdir, { recursive: true });
          for (const [name, text] of Object.entries(files)) writeFileSync(join(outdir, name), text);
          return true;
        },
      },
    },
  });
}
