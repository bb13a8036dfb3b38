/** The values in the API's documentation. `jpg` and `jpeg` are the same. */
export const qrFormats = ['png', 'jpg', 'jpeg'] as const;

/** The fields of a create or an update at the API, by the command's names. */
export interface LinkSpec {
  data: Record<string, string>;
  ttl?: string | number | undefined;
  renewTtl?: boolean | undefined;
  brandDomain?: string | undefined;
}

/** The options of a QR image. */
export interface QrSpec {
  size?: number | undefined;
  format: (typeof qrFormats)[number];
  margin?: boolean | undefined;
  brandDomain?: string | undefined;
}
