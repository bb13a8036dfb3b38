import { buffer } from 'node:stream/consumers';
import { afterAll, vi } from 'vitest';
import { onelinkProgram } from '../../../cli/program.ts';
import type { Performers } from '../../../lambdas/operations/performers.ts';
import { sessionOf } from '../../../local/cloud/access/caller.ts';
import type { Deployment } from '../../../local/cloud/assembly/deployment.ts';
import { serveCloudFormation } from '../../../local/cloud/services/cloudformation.ts';
import { send } from '../../../local/cloud/services/wire.ts';
import { actsWorld, operationsArn } from '../../world/acts-world.ts';
import { serverOnLoopback } from '../../world/loopback.ts';

/**
 * A stack with the outputs of a pipeline, by the local cloud's own CloudFormation. It ends with the test file.
 *
 * @param outputs the outputs at the time of each call, beside those that every pipeline has
 * @param performers the acts that its operations function can carry out
 * @returns runs a verb for this stack, without a terminal
 */
export async function givenStack(
  stackName: string,
  outputs: () => Record<string, string>,
  performers: Partial<Performers> = {},
) {
  const callers = { local: sessionOf('arn:aws:iam::111122223333:role/operator', 'anna', []) };
  const acts = actsWorld({ performers, callers, now: Date.now });
  const lambda = await serverOnLoopback(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://lambda');
    const event: unknown = JSON.parse((await buffer(request)).toString());
    const alias = url.searchParams.get('Qualifier') ?? undefined;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(await acts.call(event, alias)));
  }, afterAll);
  const deployment = {
    stackNames: [stackName],
    place: { region: 'eu-west-1', accountId: '000000000000' },
    outputs: () =>
      Object.entries({
        OutcomeTopicArn: 'arn:aws:sns:eu-west-1:000000000000:outcomes',
        QrBucketName: 'qr',
        CampaignQueueUrl: 'http://127.0.0.1:1/campaign',
        OperationsFunctionName: 'operations',
        OperationsFunctionArn: operationsArn,
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
    AWS_ENDPOINT_URL_LAMBDA: lambda.origin,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  // The world's STS is the one of its region. Another file of this worker may have named its own.
  delete process.env.AWS_ENDPOINT_URL_STS;

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
