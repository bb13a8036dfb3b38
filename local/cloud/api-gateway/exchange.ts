import type { IncomingHttpHeaders } from 'node:http';

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A request as it arrived at the server of an API. */
export interface ApiRequest {
  readonly method: string;
  /** The second word of the request line. */
  readonly target: string;
  /** As they were sent, in order. */
  readonly headerList: HeaderList;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  readonly sourceIp: string;
  /** `HTTP/1.1` */
  readonly protocol: string;
  /**
   * Reads the body.
   * @throws GatewayError `REQUEST_TOO_LARGE` beyond the longest payload
   */
  body(): Promise<Buffer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
}
