import { randomBytes, timingSafeEqual } from 'node:crypto';

const secret = () => randomBytes(32).toString('base64url');

/**
 * Who may use the console. The first address carries a token, and the first request with it gets the cookie. The token then
 * admits nobody, so a copy of the address in a history or a log is worth nothing.
 */
export class Door {
  /** Cookies of one host are shared by all its ports, so the port is in the name. */
  readonly cookieName: string;
  readonly #cookie = secret();
  #token: string | undefined = secret();

  constructor(port: number) {
    this.cookieName = `onelink-console-${port}`;
  }

  /** The token of the first address; undefined once it is used. */
  get token(): string | undefined {
    return this.#token;
  }

  /** The `set-cookie` header for the first request with the token; undefined for any other. A wrong token uses nothing up. */
  admit(token: string): string | undefined {
    if (this.#token === undefined || !equal(token, this.#token)) return undefined;
    this.#token = undefined;
    return `${this.cookieName}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Whether a `cookie` header holds the console's cookie. */
  knows(header: string | undefined): boolean {
    const cookies = (header ?? '').split(';').map((one) => one.trim());
    return cookies.some((one) => {
      const cut = one.indexOf('=');
      return one.slice(0, cut) === this.cookieName && equal(one.slice(cut + 1), this.#cookie);
    });
  }
}

function equal(given: string, secret: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
