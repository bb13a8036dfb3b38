import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

/** The jobs that have a handler in `lambdas/<job>/handler.ts`. */
export type Job =
  | 'link-worker'
  | 'qr-worker'
  | 'expiry-intake'
  | 'expiry-worker'
  | 'governor'
  | 'replayer'
  | 'forwarder'
  | 'operations'
  | 'campaign-checker'
  | 'campaign-sender'
  | 'reader'
  | 'http-api'
  | 'http-authorizer';

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

/**
 * One job's handler and its imports, as `index.mjs` and further files. The bundle includes the AWS SDK, because a bundled SDK
 * loads faster than the runtime's own. If CDK must not bundle a stack, the asset is the job's source folder.
 *
 * @param files texts to put beside the handler, by file name
 */
export function handlerCode(job: Job, files: Readonly<Record<string, string>> = {}): Code {
  const entry = fileURLToPath(new URL(`../../lambdas/${job}/handler.ts`, import.meta.url));
  return Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK requires an image and never pulls it: the local bundling below succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (outdir) => {
          buildSync({ ...bundleOptions, entryPoints: { index: entry }, outdir });
          for (const [name, text] of Object.entries(files)) writeFileSync(join(outdir, name), text);
          return true;
        },
      },
    },
  });
}
