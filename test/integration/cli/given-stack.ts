import { buffer } from 'node:stream/consumers';
import { afterAll, vi } from 'vitest';
import { onelinkProgram } from '../../../cli/program.ts';
import type { Deployment } from '../../../local/cloud/assembly/deployment.ts';
import { serveCloudFormation } from '../../../local/cloud/services/cloudformation.ts';
import { send } from '../../../local/cloud/services/wire.ts';
import { serverOnLoopback } from '../../world/loopback.ts';

/**
 * A stack with the outputs of a pipeline, by the local cloud's own CloudFormation. It ends with the test file.
 *
 * @param outputs the outputs at the time of each call, beside those that every pipeline has
 * @returns runs a verb for this stack, without a terminal
 */
export async function givenStack(stackName: string, outputs: () => Record<string, string>) {
  const deployment = {
    stackNames: [stackName],
    place: { region: 'eu-west-1', accountId: '000000000000' },
    outputs: () =>
      Object.entries({
        OutcomeTopicArn: 'arn:aws:sns:eu-west-1:000000000000:outcomes',
        QrBucketName: 'qr',
        CampaignQueueUrl: 'http://127.0.0.1:1/campaign',
        ...outputs(),
      }).map(([key, value]) => ({ key, value })),
  } as unknown as Deployment;
  const { origin } = await serverOnLoopback(async (request, response) => {
    const body = (await buffer(request)).toString();
    const asked = { method: 'POST', url: '/', headers: request.headers, body } as unknown as Parameters<
      typeof serveCloudFormation
    >[0];
    send(response, serveCloudFormation(asked, deployment, new Date(0)));
  }, afterAll);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_CLOUDFORMATION: origin,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });

  return async (...words: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const spies = [
      vi.spyOn(console, 'log').mockImplementation((line) => void out.push(String(line))),
      vi.spyOn(console, 'error').mockImplementation((line) => void err.push(String(line))),
    ];
    process.exitCode = undefined;
    await onelinkProgram().parseAsync(['node', 'onelink', ...words, '--stack', stackName]);
    const code = process.exitCode;
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
    return { code, out, err };
  };
}
