/** What a call came to: a value, or the words of an error. */
export type Result<Value> = { status: number; value: Value } | { status: number; error: string };

export type Data = Record<string, string>;

export interface LinkOptions {
  ttl?: string;
  renew_ttl?: boolean;
  brand_domain?: string;
}

/** A client of one version of the OneLink API, written from the published documents alone. */
export interface ThinClient {
  /** Returns the short URL. Without an ID, the API chooses one. */
  create(id: string | undefined, data: Data, options?: LinkOptions): Promise<Result<string>>;
  read(id: string): Promise<Result<{ data: Data; expiry?: string; ttl?: number }>>;
  update(id: string, data: Data, options?: LinkOptions): Promise<Result<string>>;
  remove(id: string): Promise<Result<string>>;
  /** Returns the image as a data URI. Version 1.0 has no such operation. */
  qr?(id: string, query?: Record<string, string>): Promise<Result<string>>;
}

export interface ThinClientOptions {
  baseUrl: string;
  token: string;
  onelinkId: string;
}
