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
  format: 'png' | 'jpg';
  margin?: boolean | undefined;
  brandDomain?: string | undefined;
}
