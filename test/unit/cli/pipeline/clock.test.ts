import { expect, onTestFinished, test, vi } from 'vitest';
import { ChosenPipeline } from '../../../../cli/pipeline/pipeline-choice.ts';
import { serverOnLoopback } from '../../../world/loopback.ts';

const stacks = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>x</StackName></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
const refusal = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
<Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error></ErrorResponse>`;

test('the first act of a program is signed with AWS’s time, which the answer about the stack has shown', async () => {
  // Given a computer whose clock is 12 minutes behind AWS's, so that AWS refuses its first signature
  const signedAt: string[] = [];
  const { origin } = await serverOnLoopback((request, response) => {
    signedAt.push(String(request.headers['x-amz-date']));
    const date = new Date(Date.now() + 12 * 60_000).toUTCString();
    const isLate = signedAt.length === 1;
    response.writeHead(isLate ? 403 : 200, { date, 'content-type': 'text/xml' }).end(isLate ? refusal : stacks);
  }, onTestFinished);
  onTestFinished(() => void vi.unstubAllEnvs());
  const variables = {
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_REGION: 'eu-west-1',
    // Counts before AWS_ENDPOINT_URL, which another test may have set to a server that has ended.
    AWS_ENDPOINT_URL_CLOUDFORMATION: origin,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);

  // When
  const { acting } = await new ChosenPipeline({}).deployed();

  // Then the client of acts, which repeats no call, knows the time
  expect(signedAt).toHaveLength(2);
  expect(Math.round(acting.config.systemClockOffset / 60_000)).toBe(12);
  acting.destroy();
});
