import { spawn } from 'node:child_process';
import { delimiter, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configFileVariable } from '../../lib/config/config-file.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Synthesises the app as a deployment does, bundles included. But the stacks belong to no AWS account and region.
 *
 * @param configFile the absolute path of the configuration
 * @throws Error with the CDK's output if it refuses the configuration or a bundle fails
 */
export async function synthesise(configFile: string, stage: string, directory: string): Promise<void> {
  const cdk = resolve(root, 'node_modules/aws-cdk/bin/cdk');
  const context = ['-c', `stage=${stage}`, '-c', 'local=true'];
  const child = spawn(process.execPath, [cdk, 'synth', '--quiet', ...context, '--output', directory], {
    cwd: root,
    // The CDK starts the app as `node bin/app.ts`, and must find this same Node.js.
    env: {
      ...process.env,
      [configFileVariable]: configFile,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`cdk synth ended with code ${code}:\n${output.trim()}`);
}
