import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

/** The jobs that have a handler in `lambdas/<job>/handler.ts`. */
export type Job = 'link-worker' | 'qr-worker' | 'expiry-intake' | 'expiry-worker' | 'governor' | 'replayer';

/** How esbuild makes a handler and all it imports, the AWS SDK included, into modules for Lambda's Node.js. */
export const bundleOptions = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // A dynamic import becomes a file of its own: a cold start loads none of them.
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  sourcemap: true,
  // A stack trace shows names and lines. The sources themselves would triple the asset.
  sourcesContent: false,
  mainFields: ['module', 'main'],
  // CommonJS dependencies call require(), which an ES module does not have.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * One job's handler and all it imports, as `index.mjs` and the files that it imports. The AWS SDK is part of it: bundled it
 * loads faster than the runtime's own. Stacks that CDK is told not to bundle get the job's folder as it is.
 */
export function handlerCode(job: Job): Code {
  const entry = fileURLToPath(new URL(`../../lambdas/${job}/handler.ts`, import.meta.url));
  return Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK requires an image and never pulls it: the local bundling below succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (outdir) => {
          buildSync({ ...bundleOptions, entryPoints: { index: entry }, outdir });
          return true;
        },
      },
    },
  });
}
