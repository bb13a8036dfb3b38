import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

/** The jobs that have a handler in `lambdas/<job>/handler.ts`. */
export type Job = 'link-worker' | 'qr-worker' | 'expiry-worker' | 'governor' | 'replayer';

/**
 * One job's handler and all it imports, the AWS SDK included (bundled it loads faster than the runtime's own), as a single
 * `index.mjs`. Stacks that CDK is told not to bundle get the job's folder as it is.
 */
export function handlerCode(job: Job): Code {
  const entry = fileURLToPath(new URL(`../lambdas/${job}/handler.ts`, import.meta.url));
  return Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for by CDK and never pulled: the local bundling below always succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (directory) => {
          buildSync({
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
            // CommonJS dependencies call require(), which an ES module does not have.
            banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
            logLevel: 'warning',
          });
          return true;
        },
      },
    },
  });
}
