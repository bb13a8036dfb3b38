import { Agent, request } from 'node:http';

/** Another system on the same account, at an even rate: free GETs of a link that does not exist. */
export function otherClient(baseUrl: string, callsPerSecond: number): { stop(): Promise<void> } {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    // One call at a time. After a delay it sends no more calls than otherwise.
    const due = Math.floor(((performance.now() - startedAt) / 1000) * callsPerSecond);
    if (due <= sent) return;
    sent = due;
    const call = request(`${baseUrl}/shortlinks/A1b3/of-another-client`, {
      agent,
      headers: { authorization: 'token-of-the-benchmark' },
    });
    call.on('response', (response) => response.resume());
    call.on('error', () => {});
    call.end();
  }, 1);
  return {
    stop: async () => {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
