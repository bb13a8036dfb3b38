/** Hosts of this machine. Nothing is posted anywhere else. */
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The URL to which a subscription's notifications are posted here.
 *
 * @param receiverPort of the receiver on this machine that stands for all others. Its requests have the endpoint's path
 * @returns undefined if the endpoint is on another machine, and no receiver stands for it
 * @throws Error with the reason, if SNS would refuse the endpoint
 */
export function addressOf(protocol: string, endpoint: string, receiverPort?: number): URL | undefined {
  const url = URL.parse(endpoint);
  // SNS takes a user name and a password in the URL, and sends them as basic authentication.
  if (url === null || !/^https?:\/\//i.test(endpoint)) throw new Error('the endpoint is no URL');
  if (url.protocol !== `${protocol}:`) throw new Error(`the endpoint must begin with ${protocol}://`);
  if (loopbackHosts.has(url.hostname)) return url;
  if (receiverPort === undefined) return undefined;
  return new URL(`http://127.0.0.1:${receiverPort}${url.pathname}${url.search}`);
}

export const isHttp = (protocol: string | undefined) => protocol === 'http' || protocol === 'https';
