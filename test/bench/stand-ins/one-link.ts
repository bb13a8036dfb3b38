import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** The fields of a create that the strategies read. They do not validate commands. */
export interface Create {
  source: string;
  requestId: string;
  onelinkId: string;
  ttl: string;
  data: Record<string, string>;
}

const secret = new SecretsManagerClient().send(
  new GetSecretValueCommand({ SecretId: process.env.API_TOKEN_SECRET_ARN }),
);

/** One POST with `fetch`, as the API's documentation shows it. The API chooses the ID. @throws when the API refuses the call */
export async function createLink({ onelinkId, data, ttl }: Create): Promise<{ shortUrl: string }> {
  const response = await fetch(`${process.env.API_BASE_URL}/shortlinks/${onelinkId}`, {
    method: 'POST',
    headers: { authorization: (await secret).SecretString ?? '', 'content-type': 'application/json' },
    body: JSON.stringify({ data, ttl }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
  const { shortlink_url: shortUrl } = (await response.json()) as { shortlink_url: string };
  return { shortUrl };
}

/** Three attempts with exponential back-off and full jitter, as AWS's Architecture Blog recommends. */
export async function withRetries<Value>(attempt: () => Promise<Value>): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures === 3) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** failures));
    }
  }
}
