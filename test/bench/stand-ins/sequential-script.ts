/**
 * Strategy (c): a script that makes one link after the other, with exponential back-off after a failure. It appends each result
 * to a file, so a restarted script continues there. Its arguments are API, token, input and results.
 */
import { appendFileSync, readFileSync } from 'node:fs';

const [baseUrl = '', token = '', input = '', results = ''] = process.argv.slice(2);
const lines = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);

for (const line of lines(input).slice(lines(results).length)) {
  const { onelinkId, data, ttl } = JSON.parse(line);
  for (let failures = 0; ; failures++) {
    try {
      const response = await fetch(`${baseUrl}/shortlinks/${onelinkId}`, {
        method: 'POST',
        headers: { authorization: token, 'content-type': 'application/json' },
        body: JSON.stringify({ data, ttl }),
        signal: AbortSignal.timeout(5_000),
      });
      if (!response.ok) throw new Error(`the API answered ${response.status}`);
      const { shortlink_url: shortUrl } = (await response.json()) as { shortlink_url: string };
      appendFileSync(results, `${JSON.stringify({ shortUrl })}\n`);
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 200 * 2 ** failures)));
    }
  }
}
