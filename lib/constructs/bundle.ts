import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** The jobs that have a handler in `lambdas/<job>/handler.ts`. */
export type Job = 'link-worker' | 'qr-worker' | 'expiry-intake' | 'expiry-worker' | 'governor' | 'replayer';

const program = fileURLToPath(new URL('./bundle-program.ts', import.meta.url));

/**
 * One job's handler and all it imports, the AWS SDK included (bundled it loads faster than the runtime's own), as
 * `index.mjs` and the files that it imports. Stacks that CDK is told not to bundle get the job's folder as it is.
 */
export function handlerCode(job: Job): Code {
  const entry = fileURLToPath(new URL(`../../lambdas/${job}/handler.ts`, import.meta.url));
  return Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for by CDK and never pulled: the local bundling below always succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (directory) => {
          execFileSync(process.execPath, [program, entry, directory], { stdio: 'inherit' });
          return true;
        },
      },
    },
  });
}
