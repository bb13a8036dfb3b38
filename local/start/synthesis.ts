import { spawn } from 'node:child_process';
import { delimiter, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configFileVariable } from '../../lib/config/config-file.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Synthesises the app as a deployment would, bundles included.
 *
 * @param configFile the absolute path of the configuration
 * @throws Error with the CDK's output when the configuration is refused or a bundle does not build
 */
export async function synthesise(configFile: string, stage: string, directory: string): Promise<void> {
  const cdk = resolve(root, 'node_modules/aws-cdk/bin/cdk');
  const child = spawn(process.execPath, [cdk, 'synth', '--quiet', '-c', `stage=${stage}`, '--output', directory], {
    cwd: root,
    // The app is started as `node bin/app.ts`: by the same Node.js as this.
    env: {
      ...process.env,
      [configFileVariable]: configFile,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`cdk synth ended with code ${code}:\n${said.trim()}`);
}
