/** The values of the API's documents; `jpg` and `jpeg` are the same. */
export const qrFormats = ['png', 'jpg', 'jpeg'] as const;

/** What a create or an update asks of the API; names as in the commands. */
export interface LinkSpec {
  data: Record<string, string>;
  ttl?: string | number | undefined;
  renewTtl?: boolean | undefined;
  brandDomain?: string | undefined;
}

/** What a QR image is asked for with. */
export interface QrSpec {
  size?: number | undefined;
  format: (typeof qrFormats)[number];
  margin?: boolean | undefined;
  brandDomain?: string | undefined;
}
